// What happens to cases is told on the open page, above whatever screen there is; loaded after the first page.
import { h, render, type App } from 'vue'
import type { PhoneState } from '../../state/keys'
import { loadField } from '../load'
import LiveNews from './LiveNews.vue'

export async function live(app: App, state: PhoneState): Promise<void> {
  await loadField() // its words
  const place = document.body.appendChild(document.createElement('div'))
  const node = h(LiveNews, { state })
  node.appContext = app._context
  render(node, place)
}
