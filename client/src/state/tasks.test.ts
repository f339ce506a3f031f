import type { Case } from '@shared/types.gen'
import type { CaseView } from './contract'
import { errandOf, errandsOf } from './tasks'

const now = 1_790_000_000_000
const minute = 60_000
const me = { id: 'me', role: 'collector' }
const street = { longitude: 113.0835, latitude: 27.8712 }

function view(id: string, metres: number, dueIn: number | null, fields: Partial<Case> = {}): CaseView {
  const fix = { ...street, latitude: street.latitude + metres / 111_195, accuracy: 5, at: now, source: 'device' }
  const clocks = dueIn === null ? [] : [{ phase: 'verify', pace: 'urgent', limit: 1, since: now, due: now + dueIn, data: '1' }]
  const c = { id, state: 'verifying', task: { kind: 'verify', assignee: 'me', how: 'pick', since: now, revision: 2 }, fix, clocks, changedAt: now, ...fields } as unknown as Case
  return { case: c, travel: { kind: 'arrived' }, mine: false, unsent: 0, lost: false, unread: false }
}

const ids = (views: readonly CaseView[], at: typeof street | null = street) => errandsOf(views, me, at, now).map(({ view: { case: c } }) => c.id)

test('what can still be done in time comes first, the nearest first; then what runs out, the longest over first', () => {
  expect(ids([view('far', 900, 30 * minute), view('tooFar', 900, 5 * minute), view('over', 10, -minute), view('near', 50, 30 * minute), view('free', 100, null)]))
    .toEqual(['near', 'free', 'far', 'over', 'tooFar'])
})

test('without a place the one that runs out first comes first', () => {
  expect(ids([view('later', 10, 30 * minute), view('free', 10, null), view('soon', 900, 10 * minute)], null)).toEqual(['soon', 'later', 'free'])
})

test('only what the person is sent to, while it waits for it', () => {
  const { case: c } = view('a', 0, null)
  expect(errandOf(c, me)).toBe('verify')
  expect(errandOf(c, { ...me, id: 'other' })).toBeNull()
  expect(errandOf({ ...c, state: 'reported' }, me)).toBeNull()
  const recheck = { ...c, state: 'handled' as const, task: { kind: 'recheck' as const, assignee: 'me', how: 'pick' as const, since: 1, revision: 3 } }
  expect(errandOf(recheck, me)).toBe('recheck')
  expect(errandOf({ ...recheck, state: 'closed' }, me)).toBeNull()
  expect(errandOf(c, null)).toBeNull()
})

test('a unit is to handle what is dispatched to it, what runs out first first', () => {
  const unit = { id: 'u', role: 'unit', unit: 'lamp' }
  const handle = (id: string, due: number | null, of = 'lamp') => view(id, 0, null, { state: 'dispatched', unit: of, ...(due !== null && { clocks: [{ phase: 'handle', pace: 'urgent', limit: 1, since: now, due, data: '1' }] }) })
  const found = errandsOf([handle('free', null), handle('late', now + 9), handle('theirs', 1, 'road'), handle('soon', now + 1)], unit, null, now)
  expect(found.map((one) => [one.view.case.id, one.kind])).toEqual([['soon', 'handle'], ['late', 'handle'], ['free', 'handle']])
})
