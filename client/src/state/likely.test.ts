import fc from 'fast-check'
import type { Case } from '@shared/types.gen'
import type { CaseView } from './contract'
import { likelyCategories, recentCategories } from './likely'

/** Nine in the morning in Zhuzhou. */
const now = Date.UTC(2026, 6, 20, 1)
const hour = 3_600_000
const day = 24 * hour
const here = { longitude: 113.08, latitude: 27.87 }
const there = { longitude: 113.12, latitude: 27.9 }
const usual = ['ads', 'rubbish', 'piling', 'stalls', 'dirt', 'bikes', 'cars']
let count = 0

function filed(category: string, ago: number, where: { longitude: number; latitude: number } | null = there, mine = true): CaseView {
  const c = { id: `case ${count++}`, category, reportedAt: now - ago, ...(where && { fix: { ...where, accuracy: 5, at: 0, source: 'device' } }) }
  return { case: c as Case, travel: { kind: 'arrived' }, mine, unsent: 0, lost: false, unread: false }
}

const likely = (views: readonly CaseView[], at: typeof here | null = here) => likelyCategories(views, { now, at, usual })

test('before there is habit, the most frequent of the trade', () => {
  expect(likely([])).toEqual(usual)
})

test('what one files oneself comes before what the trade files', () => {
  expect(likely([filed('manholes', 5 * hour), filed('manholes', day)]).slice(0, 2)).toEqual(['manholes', 'ads'])
})

test('what one files at this hour comes before what one files at another', () => {
  const views = [filed('evening', day - 10 * hour), filed('evening', 2 * day - 10 * hour), filed('morning', day), filed('morning', 2 * day)]
  expect(likely(views).slice(0, 2)).toEqual(['morning', 'evening'])
})

test('an hour before midnight and one after it are near each other', () => {
  const late = Date.UTC(2026, 6, 20, 16) // midnight in Zhuzhou
  const at = (ago: number, category: string) => ({ ...filed(category, 0), case: { ...filed(category, 0).case, reportedAt: late - ago } })
  const views = [at(day + hour, 'before'), at(day - hour, 'after'), at(day + 8 * hour, 'noon'), at(day + 8 * hour, 'noon')]
  expect(likelyCategories(views, { now: late, at: here, usual: [] })).toEqual(['after', 'before', 'noon'])
})

test('what was filed at this place comes first, a colleague\'s too, but one\'s own weighs more', () => {
  const noon = 2 * day - 4 * hour
  const views = [filed('elsewhere', noon), filed('own', noon, here), filed('colleague', noon, here, false), filed('colleague far', hour, there, false)]
  const order = likely(views)
  expect(order[0]).toBe('own')
  expect(order.indexOf('colleague')).toBeLessThan(order.indexOf('rubbish'))
  expect(order.at(-1)).toBe('colleague far')
})

test('without a place it goes by habit and hour', () => {
  expect(likely([filed('own', day, here), filed('own', day, null)], null)[0]).toBe('own')
})

test('what was filed lately weighs more than what was filed long ago', () => {
  expect(likely([filed('winter', 60 * day), filed('winter', 61 * day), filed('winter', 62 * day), filed('now', day)])[0]).toBe('now')
})

test('what claims to come from the future says nothing', () => {
  expect(likely([filed('tomorrow', -hour)])).toEqual(usual)
})

test('the same cases give the same chips in whatever order they come', () => {
  const views = Array.from({ length: 40 }, (_, i) => filed(['ads', 'x', 'y', 'z'][i % 4]!, ((i * 37) % 90) * hour, i % 3 === 0 ? here : there, i % 5 !== 0))
  const before = likely(views)
  fc.assert(fc.property(fc.shuffledSubarray(views, { minLength: views.length, maxLength: views.length }), (shuffled) => {
    expect(likely(shuffled)).toEqual(before)
  }), { seed: 1, numRuns: 50 })
})

test('recent ones: one\'s own, each once, the newest first', () => {
  const views = [filed('b', 3 * hour), filed('a', hour), filed('b', 2 * hour), filed('not mine', 0, here, false), filed('c', 9 * hour)]
  expect(recentCategories(views, 2)).toEqual(['a', 'b'])
})
