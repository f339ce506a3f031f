import { predict } from '@shared/apply'
import { version, type Action, type Body, type Case, type Payload, type Role } from '@shared/types.gen'
import type { CaseView } from './contract'
import { elder, mergeOf, twin, twinsOf } from './twins'

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

  it('the younger goes into the older, and the older into what a unit has already', () => {
    const [old, young] = [view('old', { reportedAt: 1 }).case, view('young', { reportedAt: 2 }).case]
    expect([mergeOf(old, young), mergeOf(young, old)]).toEqual([{ source: 'young', into: 'old' }, { source: 'young', into: 'old' }])
    expect(mergeOf(old, { ...young, state: 'dispatched' })).toEqual({ source: 'old', into: 'young' })
    expect(mergeOf({ ...old, state: 'handled' }, { ...young, state: 'dispatched' })).toBeNull()
  })
})

describe('taking apart', () => {
  const person = { kind: 'person', id: 'p' } as const
  const server = { kind: 'server', id: 's' } as const
  const body = (c: string, action: Action, payload: Payload = {}, author: Body['author'] = person): Body => ({
    v: version, replica: '01990000-0000-7000-8000-000000000001', counter: ++counter, case: c, author, source: 'collector', action, payload, seen: 0, taxonomy: 't', time: { device: counter },
  })
  let counter = 0
  const after = (c: Case | undefined, b: Body, role: Role) => {
    const next = predict(c, b, { role, squad: '6' }, counter).case
    expect(next?.timeline.at(-1)?.late, b.action).toBeUndefined()
    return next
  }
  const plain = ({ timeline: _, revision: __, changedAt: ___, ...rest }: Case) => rest

  it.each([[[]], [['sendVerify']], [['file']], [['supervise', 'file']]] as const)('ask 19: restores both exactly after %j', (steps: readonly Action[]) => {
    const made = (id: string) => after(undefined, body(id, 'report', { category: 'k', description: id }), 'leader')
    const payload: Payload = { words: 'w', how: 'pick', assignee: 'q' }
    const duplicate = steps.reduce((c, action) => after(c, body('b', action, payload), 'leader'), made('b'))
    const target = made('a')
    if (duplicate === undefined || target === undefined) throw new Error('nothing was made')
    const merged = after(duplicate, body('b', 'merge', { into: 'a' }), 'leader')
    const absorbed = after(target, body('a', 'absorb', { duplicate: 'b' }, server), 'server')
    expect([merged?.state, merged?.into, absorbed?.duplicates]).toEqual(['merged', 'a', ['b']])
    const apart = after(merged, body('b', 'separate'), 'leader')
    const released = after(absorbed, body('a', 'release', { duplicate: 'b' }, server), 'server')
    expect([apart && plain(apart), released && plain(released)]).toEqual([plain(duplicate), plain(target)])
  })
})
