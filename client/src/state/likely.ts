// Which categories somebody is likely to file here and now: by habit, hour and place. Pure: the same cases give the same chips.

import { metres } from '@shared/marks'
import type { CaseView } from './contract'
import { type Spot, spotOf } from './near'

interface Asked {
  /** Milliseconds since 1970 UTC. */
  readonly now: number
  /** Where the person stands; null while it is not known. */
  readonly at: Spot | null
  /** Category keys of the trade, the commonest first. */
  readonly usual: readonly string[]
}

const dayMs = 24 * 3_600_000
/** What was filed this long ago counts half. */
const halfLifeMs = 10 * dayMs
/** A round is walked at much the same hour each day: two hours off counts half of what the hour adds. */
const hourSpreadMs = 2 * 3_600_000
/** The same corner, street, square: this far off counts half of what the place adds. */
const placeSpreadMetres = 120
/** Nobody needs last winter for this morning; the rest is cut for speed, the newest stay. */
const mostCases = 1_500

/** How much habit, hour and place weigh beside each other; a colleague's case tells of the place only. */
const weight = { habit: 1, hour: 1.5, place: 3, colleague: 1 }

/** The weight of the trade's commonest category; the others follow falling. A single case of one's own at this place and hour outweighs it. */
const usualWeight = 1.2

/** The keys, the likeliest first; equal ones in the trade's order, then by key. */
export function likelyCategories(views: readonly CaseView[], { now, at, usual }: Asked): string[] {
  const scores = new Map(usual.map((key, place) => [key, usualWeight / (place + 1)]))
  for (const view of newest(views, now)) {
    const { category } = view.case
    if (category === undefined) continue
    scores.set(category, (scores.get(category) ?? 0) + scoreOf(view, now, at))
  }
  const order = new Map(usual.map((key, place) => [key, place]))
  const rank = (key: string) => order.get(key) ?? usual.length
  return [...scores].sort(([a, x], [b, y]) => y - x || rank(a) - rank(b) || (a < b ? -1 : 1)).map(([key]) => key)
}

/** Categories that the person used last, each once, the newest first. */
export function recentCategories(views: readonly CaseView[], most: number): string[] {
  const mine = views.filter((view) => view.mine && view.case.category !== undefined)
  mine.sort((a, b) => b.case.reportedAt - a.case.reportedAt || (a.case.id < b.case.id ? -1 : 1))
  return [...new Set(mine.map((view) => view.case.category ?? ''))].slice(0, most)
}

/** In one order whatever order they come in, so that sums are the same to the last bit. */
function newest(views: readonly CaseView[], now: number): readonly CaseView[] {
  const past = views.filter((view) => view.case.reportedAt <= now)
  return past.sort((a, b) => b.case.reportedAt - a.case.reportedAt || (a.case.id < b.case.id ? -1 : 1)).slice(0, mostCases)
}

function scoreOf({ mine, case: c }: CaseView, now: number, at: Spot | null): number {
  const passed = now - c.reportedAt
  const fresh = 2 ** (-passed / halfLifeMs)
  const spot = spotOf(c)
  const near = at === null || spot === null ? 0 : half(metres(at.longitude, at.latitude, spot.longitude, spot.latitude) / placeSpreadMetres)
  if (!mine) return fresh * near * weight.colleague
  const hoursApart = Math.abs((((passed + dayMs / 2) % dayMs) + dayMs) % dayMs - dayMs / 2)
  return fresh * (weight.habit + weight.hour * half(hoursApart / hourSpreadMs) + weight.place * near)
}

/** 1 at nothing, one half at one, and soon nearly nothing. */
function half(distance: number): number {
  return 2 ** -(distance * distance)
}
