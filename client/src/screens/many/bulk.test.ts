import type { CaseView } from '../../state/contract'
import { planOf, tally } from './bulk'

const view = (id: string, state: string, timeline: readonly object[] = [{ action: 'report', to: 'reported' }]) => ({ case: { id, short: id.toUpperCase(), state, timeline } }) as unknown as CaseView
const back = { action: 'return', to: 'returned', by: { kind: 'person', id: 'l7' } }
const views = [
  view('a', 'reported'), view('b', 'reported'), view('c', 'returned', [{ action: 'report', to: 'reported' }, back]),
  view('d', 'selfHandled', [{ action: 'selfHandle', to: 'selfHandled' }]),
]
const find = (id: string) => views.find((one) => one.case.id === id)
const may = ({ case: c }: CaseView) => c.state === 'reported'

describe('a decision on many', () => {
  it('is planned case by case: what will be done with what, and what is left out and why', () => {
    const plan = planOf(['a', 'b', 'c', 'd', 'e'], find, may, ({ case: c }) => (c.id === 'b' ? 'noUnit' : { unit: 'env' }))
    expect(plan.does.map(({ view: { case: c }, payload }) => [c.id, payload])).toEqual([['a', { unit: 'env' }]])
    expect(plan.leaves).toEqual([
      { id: 'b', short: 'B', why: { kind: 'noUnit' } },
      { id: 'c', short: 'C', why: { kind: 'decided', entry: back } },
      { id: 'd', short: 'D', why: { kind: 'state', state: 'selfHandled' } },
      { id: 'e', short: '', why: { kind: 'gone' } },
    ])
  })

  it('what came late did not bring a case to where it is', () => {
    const late = view('f', 'returned', [back, { ...back, by: { kind: 'person', id: 'l8' }, late: 'case.stateChanged' }])
    const { leaves: [one] } = planOf(['f'], () => late, may, () => ({}))
    expect(one?.why).toEqual({ kind: 'decided', entry: back })
  })

  it('reasons are counted, the commonest first', () => {
    expect(tally(['x', 'y', 'y'])).toEqual([{ word: 'y', n: 2 }, { word: 'x', n: 1 }])
  })
})
