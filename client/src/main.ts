import './ui/tokens.css'
import './ui/base.css'
import { createApp, h, render, watch } from 'vue'
import App from './App.vue'
import { unsupported } from './device/origin'
import { makeRouter } from './screens/router'
import Unsupported from './screens/unsupported/Unsupported.vue'
import { provideState } from './state/provide'
import { restoreTheme } from './ui/theme'
import { offer, update } from './ui/update'
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
  const { session, sync, draft, deeds } = await provideState(app, {
    app: `buxun ${__VERSION__}`,
    language: () => (language() === 'en' ? 'en' : 'zh'),
  })
  const router = makeRouter(session)
  app.use(router).mount('#app')
  if (!import.meta.env.PROD) return
  const going = () => sync.link.value === 'live' && sync.waitingRecords.value + sync.waitingPhotos.value > 0
  const moment = {
    writing: () => router.currentRoute.value.meta.writing === true || !draft.settled(),
    sending: () => going() || deeds.undoable.value.length > 0,
    wanted: () => update.value === 'wanted',
    offer,
  }
  // Without a service worker it still runs and stores; the next visit tries again.
  const look = await import('./ui/keepapp').then(({ keepApp }) => keepApp(moment)).catch(() => () => undefined)
  // A centre that was away may be back as a newer one.
  watch(sync.link, (link) => link === 'live' && look())
  document.addEventListener('visibilitychange', look)
}

start().catch((error: unknown) => {
  // Storage that cannot be opened (private windows, a full disk): what is in it stays, and nothing may pretend to save.
  explain('storage')
  throw error
})
