import { createSSRApp, h } from 'vue'
import { renderToString } from 'vue/server-renderer'
import type { CaseView } from '../../state/contract'
import PickRow from './PickRow.vue'

vi.mock('../../state/taxonomy', () => ({ useTaxonomy: () => ({ name: () => '' }) }))
vi.mock('./CaseRow.vue', () => ({ default: { render: () => h('a') } }))

it('who cannot see where the keys are is told: the link of that row is the current one, and no other', async () => {
  const view = { case: { id: 'a', short: '' } } as unknown as CaseView
  const row = (chosen: boolean) => renderToString(createSSRApp(PickRow, { view, can: false, picked: false, chosen }))
  expect(await row(true)).toMatch(/<a[^>]*aria-current="true"/)
  expect(await row(false)).not.toContain('aria-current')
})
