import type { Case } from '@shared/types.gen'
import type { CaseView } from './contract'
import { elder, twin, twinsOf } from './twins'

const now = 10 * twin.ms
const metre = 1 / 111_195
const view = (id: string, more: Partial<Case> & { metres?: number } = {}): CaseView => {
  const { metres = 0, ...rest } = more
  const fix = { longitude: 113, latitude: 27 + metres * metre, accuracy: 5, at: now, source: 'device' }
  return { case: { id, state: 'reported', category: 'dirt', reportedAt: now, fix, ...rest } } as unknown as CaseView
}
const me = view('me')
const ids = (others: readonly CaseView[], of = me) => twinsOf([of, ...others], of.case, now).map(({ view: { case: c } }) => c.id)

describe('what may be one thing reported twice', () => {
  it('ask 19: is of the same kind, close, and soon after, the nearest first', () => {
    expect(ids([view('far', { metres: 49 }), view('close', { metres: 3 })])).toEqual(['close', 'far'])
    expect(ids([view('tree', { category: 'tree' })])).toEqual([])
    expect(ids([view('yesterday', { reportedAt: now - twin.ms }), view('before', { reportedAt: now - twin.ms - 1 })])).toEqual(['yesterday'])
  })

  it('the distance is widened by how inaccurate both places are', () => {
    expect(ids([view('edge', { metres: twin.metres + 9 })])).toEqual(['edge'])
    expect(ids([view('out', { metres: twin.metres + 11 })])).toEqual([])
  })

  it('what is rejected, void or merged is none, and has none', () => {
    expect(ids([view('a', { state: 'rejected' }), view('b', { state: 'void' }), view('c', { state: 'merged' }), view('d', { state: 'dispatched' })])).toEqual(['d'])
    expect(ids([view('a')], view('me', { state: 'merged' }))).toEqual([])
  })

  it('the older goes on, of the same instant always the same one', () => {
    const [a, b] = [view('a', { reportedAt: 2 }).case, view('b', { reportedAt: 1 }).case]
    expect([elder(a, b).id, elder(b, a).id]).toEqual(['b', 'b'])
    const same = { ...b, reportedAt: 2 }
    expect([elder(a, same).id, elder(same, a).id]).toEqual(['a', 'a'])
  })
})
