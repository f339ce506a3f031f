// What happens to cases is told on the open page, above whatever screen there is; loaded after the first page.
import { h, render, watch, type App } from 'vue'
import type { Router } from 'vue-router'
import type { PhoneState } from '../../state/keys'
import { keepPush } from '../../state/push'
import { language } from '../../words/words'
import { loadField } from '../load'
import LiveNews from './LiveNews.vue'

/** @param router goes where a tapped push leads */
export async function live(app: App, state: PhoneState, router: Router): Promise<void> {
  heedTaps(router)
  await loadField() // its words
  const place = document.body.appendChild(document.createElement('div'))
  const node = h(LiveNews, { state })
  node.appContext = app._context
  render(node, place)
  watch(() => state.sync.link.value === 'live' && state.session.person.value !== null, (there) => {
    if (there) void keepPush(language() === 'en' ? 'en' : 'zh').catch(() => undefined)
  }, { immediate: true })
}

/** The service worker asks the page to go where a push that was tapped leads, and hears that it went. */
function heedTaps(router: Router): void {
  navigator.serviceWorker.addEventListener('message', ({ data, ports }: MessageEvent<{ readonly open?: unknown } | null>) => {
    if (typeof data?.open !== 'string') return
    ports[0]?.postMessage('going')
    void router.push(data.open)
  })
  navigator.serviceWorker.startMessages()
}
