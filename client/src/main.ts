import './ui/tokens.css'
import './ui/base.css'
import { createApp, h, render } from 'vue'
import App from './App.vue'
import { unsupported } from './device/origin'
import { makeRouter } from './screens/router'
import Unsupported from './screens/unsupported/Unsupported.vue'
import { provideState } from './state/provide'
import { restoreTheme } from './ui/theme'
import { keepApp } from './ui/update'
import { language, loadWords } from './words/words'

declare const __VERSION__: string

/** Nothing else runs where the product cannot keep its word. */
function explain(why: InstanceType<typeof Unsupported>['$props']['why']): void {
  const place = document.getElementById('app') ?? document.body
  place.replaceChildren()
  render(h(Unsupported, { why }), place)
}

async function start(): Promise<void> {
  restoreTheme()
  await loadWords()
  const why = unsupported()
  if (why !== null) {
    explain(why)
    return
  }
  const app = createApp(App)
  const { session } = await provideState(app, {
    app: `buxun ${__VERSION__}`,
    language: () => (language() === 'en' ? 'en' : 'zh'),
  })
  app.use(makeRouter(session)).mount('#app')
  // Without a service worker it still runs and stores; the next visit tries again.
  if (import.meta.env.PROD) void keepApp().catch(() => undefined)
}

start().catch((error: unknown) => {
  // Storage that cannot be opened (private windows, a full disk): what is in it stays, and nothing may pretend to save.
  explain('storage')
  throw error
})
