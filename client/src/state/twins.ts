// What may be one thing reported twice: the same kind, close, soon after each other. Proposed to the leader, never done by itself.

import type { Case, State } from '@shared/types.gen'
import type { CaseView } from './contract'
import { type NearCase, nearCases, spotOf } from './near'

/** How alike two reports are to be for being proposed: the one place to change it. The distance is widened by the inaccuracy of both places. */
export const twin = {
  metres: 50,
  /** between the two reports */
  ms: 24 * 3_600_000,
  /** Share of a picture's coarse shape that is to agree before two photos are called alike (screens/steps/likeness.ts). */
  likeness: 0.85,
} as const

const gone: ReadonlySet<State> = new Set(['rejected', 'void', 'merged'])

/** The cases that may be the same as this one, the nearest first. */
export function twinsOf(views: readonly CaseView[], c: Case, now: number): NearCase[] {
  const at = spotOf(c)
  if (at === null || c.category === undefined || gone.has(c.state)) return []
  const days = Math.ceil(Math.max(0, now - c.reportedAt) / 86_400_000) + 2
  return nearCases(views, at, { metres: twin.metres, days, now, category: c.category, except: c.id })
    .filter(({ view: { case: other } }) => !gone.has(other.state) && Math.abs(other.reportedAt - c.reportedAt) <= twin.ms)
}

/** Which of two goes on: the one that was reported first; of the same instant the lower id. */
export function elder<T extends Pick<Case, 'id' | 'reportedAt'>>(a: T, b: T): T {
  return a.reportedAt < b.reportedAt || (a.reportedAt === b.reportedAt && a.id < b.id) ? a : b
}

const mergeable: ReadonlySet<State> = new Set(['reported', 'verifying', 'filed'])

/** Which of a pair goes into which: the younger into the older, unless the younger is with a unit already. Null where neither may. */
export function mergeOf<T extends Pick<Case, 'id' | 'reportedAt' | 'state'>>(a: T, b: T): { readonly source: string; readonly into: string } | null {
  const older = elder(a, b)
  const younger = older === a ? b : a
  if (mergeable.has(younger.state)) return { source: younger.id, into: older.id }
  return mergeable.has(older.state) ? { source: older.id, into: younger.id } : null
}
