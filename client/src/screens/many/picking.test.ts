import { ref } from 'vue'
import type { CaseView } from '../../state/contract'
import { decides, offersOf } from './bulk'
import { allOf, usePicking } from './picking'

const view = (id: string, state = 'reported', more = {}) => ({ case: { id, state, ...more } }) as unknown as CaseView
const views = [view('a'), view('b', 'closed'), view('c'), view('d'), view('e', 'closed'), view('f')]

function picking() {
  const list = ref<readonly CaseView[]>(views)
  const chosen = ref('')
  const step = (by: number) => {
    const at = list.value.findIndex((one) => one.case.id === chosen.value)
    chosen.value = list.value[Math.max(0, Math.min(list.value.length - 1, at + by))]?.case.id ?? ''
  }
  const one = usePicking({ list, chosen, step, can: ({ case: c }) => c.state === 'reported' })
  return { ...one, list, chosen, now: () => [...one.picked.value].join('') }
}

describe('the picking from a list', () => {
  it('takes one, and lets it go again', () => {
    const { toggle, now } = picking()
    toggle('a')
    toggle('c')
    expect(now()).toBe('ac')
    toggle('a')
    expect(now()).toBe('c')
  })

  it('takes none of which nothing may be decided: not alone, not on the way, not with all', () => {
    const one = picking()
    one.toggle('b')
    expect(one.now()).toBe('')
    one.chosen.value = 'a'
    one.extend(1)
    one.extend(1)
    expect(one.now()).toBe('ac')
    one.all()
    expect(one.now()).toBe('acdf')
  })

  it('goes on from the one picked last, in either direction', () => {
    const down = picking()
    down.toggle('a')
    down.through('d')
    expect(down.now()).toBe('acd')
    const up = picking()
    up.toggle('f')
    up.through('c')
    expect([...up.picked.value].sort().join('')).toBe('cdf')
    const fresh = picking()
    fresh.through('c')
    expect(fresh.now()).toBe('c')
  })

  it('what the filters no longer show is picked no more; what somebody else decided meanwhile stays, to be told of', () => {
    const one = picking()
    one.all()
    one.list.value = views.slice(2)
    expect(one.now()).toBe('acdf')
    one.only(new Set(['c', 'f', 'z']))
    expect(one.now()).toBe('cf')
  })

  it('is over with nothing picked, and may begin anew with its boxes there', () => {
    const one = picking()
    one.listing.value = true
    one.all()
    one.clear()
    expect([one.now(), one.listing.value]).toEqual(['', true])
    one.none()
    expect(one.listing.value).toBe(false)
  })
})

it('all are picked where every one that may be is, not where as many others are', () => {
  const picked = new Set(['a', 'b', 'gone'])
  expect([allOf(picked, ['a', 'b']), allOf(picked, ['a', 'b', 'c']), allOf(picked, ['b', 'c', 'd']), allOf(picked, [])]).toEqual([true, false, false, false])
})

describe('what is offered for those that are picked', () => {
  const from: Readonly<Record<string, string>> = { file: 'reported', return: 'reported', reject: 'reported', dispatch: 'filed', auditPass: 'selfHandled', close: 'handled' }
  const may = ({ case: c }: CaseView, action: string) => from[action] === c.state

  it('is what the table lets be done to at least one of them, with to how many', () => {
    const offers = offersOf([view('a'), view('b'), view('c', 'filed'), view('d', 'closed')], may)
    expect([...offers]).toEqual([['reject', 2], ['return', 2], ['dispatch', 1], ['file', 2]])
    expect([...offersOf([view('d', 'closed')], may)]).toEqual([])
  })

  it('only what passed its re-check is closed with others: the rest needs a reason of its own', () => {
    const offers = offersOf([view('a', 'handled'), view('b', 'handled', { rechecked: 'recheckPass' })], may)
    expect([...offers]).toEqual([['close', 1]])
  })

  it('is there for whom the table lets decide', () => {
    const roles = ['collector', 'leader', 'unit', 'admin', 'machine'] as const
    expect(roles.filter(decides)).toEqual(['leader'])
    expect(decides(undefined)).toBe(false)
  })
})
