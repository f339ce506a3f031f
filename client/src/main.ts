import './ui/tokens.css'
import './ui/base.css'
import { createApp, h, render, watch } from 'vue'
import App from './App.vue'
import { type Unsupported, unsupported } from './device/origin'
import { makeRouter } from './screens/router'
import { provideState } from './state/provide'
import { heedOffer } from './ui/install'
import { restoreTheme } from './ui/theme'
import { offer, update } from './ui/update'
import { language, loadPart, loadWords } from './words/words'

declare const __VERSION__: string

/** Nothing else runs where the product cannot keep its word. */
async function explain(why: Unsupported | 'storage' | 'revoked'): Promise<void> {
  const [{ default: page }] = await Promise.all([import('./screens/unsupported/Unsupported.vue'), loadPart('field')])
  const place = document.getElementById('app') ?? document.body
  place.replaceChildren()
  render(h(page, { why }), place)
}

async function start(): Promise<void> {
  restoreTheme()
  heedOffer()
  await loadWords()
  const why = unsupported() ?? (location.search === '?revoked' ? 'revoked' : null)
  if (why !== null) {
    await explain(why)
    return
  }
  const app = createApp(App)
  const state = await provideState(app, {
    app: `buxun ${__VERSION__}`,
    language: () => (language() === 'en' ? 'en' : 'zh'),
    unlock: async (...locked) => (await import('./screens/lock/ask')).ask(...locked),
  })
  const { session, sync, draft, deeds } = state
  const router = makeRouter(session)
  app.use(router).mount('#app')
  void import('./state/evicted').then(({ watchOver }) => watchOver(state)).then((lost) => lost && router.replace('/lost')).catch(() => undefined)
  void import('./state/accounts').then(({ keepAccounts }) => keepAccounts(state)).catch(() => undefined)
  void import('./screens/told/live').then(({ live }) => live(app, state, router)).catch(() => undefined)
  if (!import.meta.env.PROD) return
  const going = () => sync.link.value === 'live' && sync.waitingRecords.value + sync.waitingPhotos.value + sync.waitingVoices.value > 0
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

start().catch(async (error: unknown) => {
  // Storage that cannot be opened (private windows, a full disk): what is in it stays, and nothing may pretend to save.
  await explain('storage').catch(() => undefined)
  throw error
})
