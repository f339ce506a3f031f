import fc from 'fast-check'
import { metres } from '@shared/marks'
import type { Case } from '@shared/types.gen'
import type { CaseView } from './contract'
import { joins, maybeSame, nearCases, spotOf, standsNear } from './near'

const now = 1_790_000_000_000
const hour = 3_600_000
const street = { longitude: 113.0835, latitude: 27.8712 }
/** Degrees of latitude that are so many metres. */
const north = (m: number) => m / 111_195

function view(id: string, m: number, fields: Partial<Case> = {}): CaseView {
  const fix = { ...street, latitude: street.latitude + north(m), accuracy: 0, at: now, source: 'device' }
  const c = { id, category: 'a', state: 'reported', fix, reportedAt: now - hour, ...fields } as Case
  return { case: c, travel: { kind: 'arrived' }, mine: true, unsent: 0, lost: false, unread: false }
}

const options = { metres: 50, days: 3, now }
const ids = (...args: Parameters<typeof nearCases>) => nearCases(...args).map((near) => near.view.case.id)

test('what is near comes nearest first, with its distance', () => {
  const found = nearCases([view('far', 80), view('b', 40), view('a', 10)], street, options)
  expect(found.map((near) => [near.view.case.id, Math.round(near.metres)])).toEqual([['a', 10], ['b', 40]])
})

test('equally near ones come newest first', () => {
  expect(ids([view('old', 5, { reportedAt: now - 9 * hour }), view('new', 5, { reportedAt: now - hour })], street, options)).toEqual(['new', 'old'])
})

test('both accuracies widen the distance, but a fix that is a kilometre out does not make everything near', () => {
  const vague = view('vague', 70, { fix: { ...street, latitude: street.latitude + north(70), accuracy: 12, at: now, source: 'device' } })
  expect(ids([vague], street, options)).toEqual([])
  expect(ids([vague], { ...street, accuracy: 10 }, options)).toEqual(['vague'])
  expect(ids([view('a', 149), view('b', 151)], { ...street, accuracy: 1_000 }, options)).toEqual(['a'])
})

test('only of the last days, only of the kind that was asked for, and never the one that is looked at', () => {
  const views = [view('old', 1, { reportedAt: now - 73 * hour }), view('other', 2, { category: 'b' }), view('self', 3), view('same', 4)]
  expect(ids(views, street, { ...options, category: 'a', except: 'self' })).toEqual(['same'])
})

test('a place put by hand counts before where the phone was; a case without any is nowhere near', () => {
  const pin = `${street.longitude},${street.latitude + north(20)}`
  expect(spotOf({ pin })).toEqual({ longitude: street.longitude, latitude: street.latitude + north(20) })
  expect(spotOf({ pin: 'nonsense' })).toBeNull()
  const nowhere = view('nowhere', 0)
  delete (nowhere.case as Partial<Case>).fix
  expect(ids([nowhere, view('pinned', 5_000, { pin })], street, options)).toEqual(['pinned'])
})

test('the quick look at degrees leaves out nothing that the distance would keep', () => {
  const degree = (range: number) => fc.double({ min: -range, max: range, noNaN: true })
  fc.assert(fc.property(degree(180), degree(89.9), degree(0.01), degree(0.01), fc.integer({ min: 1, max: 500 }), (longitude, latitude, east, up, reach) => {
    const wrapped = ((((longitude + east + 180) % 360) + 360) % 360) - 180
    const other = view('x', 0, { fix: { longitude: wrapped, latitude: Math.max(-90, Math.min(90, latitude + up)), accuracy: 0, at: now, source: 'device' } })
    const { fix } = other.case
    const near = metres(longitude, latitude, fix!.longitude, fix!.latitude) <= reach
    expect(nearCases([other], { longitude, latitude }, { ...options, metres: reach }).length).toBe(near ? 1 : 0)
  }), { seed: 7, numRuns: 3000 })
})

describe('ask 19: what stands around who reports', () => {
  const around = (views: readonly CaseView[], accuracy = 0) => standsNear(views, { ...street, accuracy }, { category: 'a', now }).map(({ near, same }) => [near.view.case.id, same])

  it('is first what is still open of the same kind, however old, then what else was reported lately', () => {
    expect(around([view('closed', 2, { state: 'closed' }), view('other', 3, { category: 'b' }), view('old', 40, { state: 'dispatched', reportedAt: now - 900 * hour }), view('oldOther', 1, { category: 'b', reportedAt: now - 900 * hour })]))
      .toEqual([['old', true], ['closed', false], ['other', false]])
  })

  it('reaches further where the place is less sure', () => {
    expect(around([view('far', 70)])).toEqual([['far', false]])
    expect(around([view('far', 70)], 25)).toEqual([['far', true]])
  })

  it('leaves out the one that is written, and calls nothing the same before a kind was chosen', () => {
    expect(standsNear([view('self', 1), view('x', 2)], street, { category: '', now, except: 'self' }).map(({ near, same }) => [near.view.case.id, same])).toEqual([['x', false]])
  })
})

describe('what photos are to a case that stands there', () => {
  const as = (one: CaseView, same = true) => joins({ near: { view: one, metres: 1 }, same }, now)

  it('several things in one field of view, of one person at one time, are one case', () => {
    expect(as(view('x', 1, { reportedAt: now - hour }))).toBe('attach')
  })

  it('who comes later, or is somebody else, says that it is still there', () => {
    expect(as(view('x', 1, { reportedAt: now - hour - 1 }))).toBe('confirm')
    expect(as({ ...view('x', 1, { reportedAt: now - 1 }), mine: false })).toBe('confirm')
    expect(as(view('x', 1, { reportedAt: now - 1, state: 'handled' }))).toBe('confirm')
  })

  it('nothing goes to another thing, to what is done with, or to what was sent back and has to be reported again', () => {
    expect(as(view('other', 1, { reportedAt: now - 1 }), false)).toBeNull()
    expect(as(view('x', 1, { reportedAt: now - 1, state: 'returned' }))).toBeNull()
    expect(as({ ...view('x', 1, { reportedAt: now - 1, state: 'returned' }), mine: false })).toBe('confirm')
    for (const state of ['rejected', 'closed', 'void'] as const) {
      const [standing] = standsNear([view('x', 1, { reportedAt: now - 1, state })], street, { category: 'a', now })
      expect(joins(standing!, now)).toBeNull()
    }
  })
})

describe('a second report of one thing', () => {
  const may = (m: number, fields: Partial<Case>, category = 'a', at: Parameters<typeof maybeSame>[1] = street) => {
    const [near] = nearCases([view('x', m, fields)], at, { ...options, metres: 500 })
    return maybeSame(near!, at, category, now)
  }
  it('is the same kind within 50 m and 24 h', () => {
    expect(may(49, {})).toBe(true)
    expect(may(51, {})).toBe(false)
    expect(may(51, {}, 'a', { ...street, accuracy: 5 })).toBe(true)
    expect(may(5, { reportedAt: now - 25 * hour })).toBe(false)
    expect(may(5, {}, 'b')).toBe(false)
  })
  it('is not one that is done with, and nothing before a kind was chosen', () => {
    expect(may(5, { state: 'closed' })).toBe(false)
    expect(may(5, { state: 'rejected' })).toBe(false)
    expect(may(5, { category: '' }, '')).toBe(false)
  })
})
