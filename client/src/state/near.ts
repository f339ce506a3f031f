// What was reported near a place in the last days, from what the phone holds: works out of reach, and is pure.

import { metres as between } from '@shared/marks'
import type { Case } from '@shared/types.gen'
import { builtinWorkflow, fits, moveOf } from '@shared/workflow'
import type { CaseView } from './contract'

/** A place in WGS-84 degrees; accuracy is the radius in metres within which it is likely to be. */
export interface Spot {
  readonly longitude: number
  readonly latitude: number
  readonly accuracy?: number
}

export interface NearCase {
  readonly view: CaseView
  /** From the place that was asked about, as measured; not widened. */
  readonly metres: number
}

/** A case that stands around who reports; `same`: it is open, of the kind that is reported and as near as one thing may be. */
export interface Standing {
  readonly near: NearCase
  readonly same: boolean
}

export interface NearOptions {
  readonly metres: number
  readonly days: number
  /** Milliseconds since 1970 UTC. */
  readonly now: number
  /** Only of this category key. */
  readonly category?: string
  /** Without this case: the one that is being looked at. */
  readonly except?: string
}

/** What is shown as near, to who reports and to who judges: within so many metres, in so many days. */
export const reach = { metres: 100, days: 7 } as const

/** Two places that are each uncertain may be one; but a fix that is a kilometre out must not make everything near. */
const mostWidening = 100
const dayMs = 24 * 3_600_000
const metresPerDegree = 111_195

/** A second report of one thing: the same kind within this distance and time (the field's rule of thumb). */
const sameMetres = 50
const sameMs = dayMs

/** How long somebody is still at the spot where the first of several things was reported: so much lies in one field of view. */
const oneViewMs = 3_600_000

/** Where a case is: where a hand put it, else where it was reported from. */
export function spotOf({ pin, fix }: Pick<Case, 'pin' | 'fix'>): Spot | null {
  const [longitude = NaN, latitude = NaN] = (pin ?? '').split(',').map(Number)
  if (Number.isFinite(longitude) && Number.isFinite(latitude)) return { longitude, latitude }
  return fix ?? null
}

export function metresBetween(a: Spot, b: Spot): number {
  return between(a.longitude, a.latitude, b.longitude, b.latitude)
}

/** The cases within `metres` of a place, the nearest first; the distance is widened by how inaccurate both places are. */
export function nearCases(views: readonly CaseView[], at: Spot, { metres, days, now, category, except }: NearOptions): NearCase[] {
  const since = now - days * dayMs
  const found: NearCase[] = []
  for (const view of views) {
    const { case: c } = view
    if (c.reportedAt < since || c.id === except || (category !== undefined && c.category !== category)) continue
    const spot = spotOf(c)
    if (spot === null) continue
    const reach = metres + wideningOf(at, spot)
    if (isClearlyFurther(at, spot, reach)) continue
    const distance = metresBetween(at, spot)
    if (distance <= reach) found.push({ view, metres: distance })
  }
  return found.sort((a, b) => a.metres - b.metres || b.view.case.reportedAt - a.view.case.reportedAt || (a.view.case.id < b.view.case.id ? -1 : 1))
}

/**
 * Whether a case near `at` may be what somebody is about to report as `category`: the same kind, close, of the last day,
 * and not done with. A hint for people; it never blocks.
 */
export function maybeSame({ view: { case: c }, metres }: NearCase, at: Spot, category: string, now: number): boolean {
  const open = c.state !== 'closed' && c.state !== 'rejected' && c.state !== 'void'
  const close = metres <= sameMetres + wideningOf(at, spotOf(c) ?? at)
  return open && close && category !== '' && c.category === category && now - c.reportedAt <= sameMs
}

/**
 * Whether a case near `at` may be what somebody is about to report as `category`, and is still open: however long ago it was
 * reported, it was not done with, and what was photographed now says that it is still there (ask 19).
 */
function mayBeStill({ view: { case: c }, metres }: NearCase, at: Spot, category: string): boolean {
  const confirm = moveOf(builtinWorkflow, 'confirm')
  const open = confirm !== undefined && fits(confirm, c.state)
  return open && category !== '' && c.category === category && metres <= sameMetres + wideningOf(at, spotOf(c) ?? at)
}

/**
 * What the photos of a case near by would be to it: more of what the same person reported there just now, as several things of a kind in
 * one field of view are one case (DOMAIN.md 1b, aggregation rule), or the word of somebody who comes later that it is still there; null
 * where it is another thing, or nobody would look at them there.
 */
export function joins({ near: { view: { case: c, mine } }, same }: Standing, now: number): 'attach' | 'confirm' | null {
  // What the leader sent back to this person is reported again, with its photos: without that it would lie there.
  if (!same || (mine && c.state === 'returned')) return null
  const handled = c.state === 'handled' || c.state === 'suspended'
  return mine && !handled && now - c.reportedAt <= oneViewMs ? 'attach' : 'confirm'
}

/** What stands around a place for who reports there: what was reported lately, and what is still open of the kind, which comes first. */
export function standsNear(views: readonly CaseView[], at: Spot, { category, now, except }: { category: string; now: number; except?: string | undefined }): Standing[] {
  const since = now - reach.days * dayMs
  return nearCases(views, at, { ...reach, days: Infinity, now, ...(except && { except }) })
    .map((near) => ({ near, same: mayBeStill(near, at, category) }))
    .filter(({ near, same }) => same || near.view.case.reportedAt >= since)
    .sort((a, b) => Number(b.same) - Number(a.same))
}

function wideningOf(a: Spot, b: Spot): number {
  return Math.min(mostWidening, (a.accuracy ?? 0) + (b.accuracy ?? 0))
}

/** Tells most of a city apart from what is near without trigonometry a case. */
function isClearlyFurther(a: Spot, b: Spot, reach: number): boolean {
  const north = Math.abs(a.latitude - b.latitude) * metresPerDegree
  if (north > reach * 1.01) return true
  const apart = Math.abs(a.longitude - b.longitude)
  const narrow = Math.cos((Math.max(Math.abs(a.latitude), Math.abs(b.latitude)) * Math.PI) / 180)
  return Math.min(apart, 360 - apart) * metresPerDegree * narrow > reach * 1.01 + 1
}
