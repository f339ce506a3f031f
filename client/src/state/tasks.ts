// What waits for a person on the spot, from what the phone holds: works out of reach, and is pure.

import type { Case } from '@shared/types.gen'
import type { CaseView } from './contract'
import { metresBetween, spotOf, type Spot } from './near'

export type ErrandKind = 'verify' | 'recheck' | 'handle'

export interface Errand {
  readonly view: CaseView
  readonly kind: ErrandKind
  /** When its time runs out, by the server's clock; null where no limit runs. */
  readonly due: number | null
  /** null where either place is not known. */
  readonly metres: number | null
  /** It can be reached before its time runs out. */
  readonly inTime: boolean
}

/** Whose phone it is. */
export interface Who {
  readonly id: string
  readonly role: string
  readonly unit?: string
}

/** Metres a second of somebody who walks to a case and crosses a road or two. */
const walking = 1.1

/** What the person is sent to do at the case; null where nothing. */
export function errandOf(c: Case, who: Who | null): ErrandKind | null {
  if (who?.role === 'unit') return c.state === 'dispatched' && c.unit === who.unit ? 'handle' : null
  if (who === null || c.task?.assignee !== who.id) return null
  if (c.task.kind === 'verify') return c.state === 'verifying' ? 'verify' : null
  return c.state === 'handled' ? 'recheck' : null
}

/** When the time for it runs out; null where no clock runs. */
export function dueOf(c: Case, kind: ErrandKind): number | null {
  return c.clocks?.find((clock) => clock.phase === kind && clock.done === undefined)?.due ?? null
}

/**
 * All that waits for the person. For a collector what can still be done in time first, the nearest first; a unit plans its day
 * by what runs out first.
 */
export function errandsOf(views: readonly CaseView[], who: Who | null, at: Spot | null, now: number): Errand[] {
  const found: Errand[] = []
  for (const view of views) {
    const kind = errandOf(view.case, who)
    if (kind === null) continue
    const spot = spotOf(view.case)
    const metres = at === null || spot === null ? null : metresBetween(at, spot)
    const due = dueOf(view.case, kind)
    found.push({ view, kind, due, metres, inTime: due === null || now + ((metres ?? 0) / walking) * 1000 <= due })
  }
  return found.sort(who?.role === 'unit' ? byTime : byWay)
}

function byWay(a: Errand, b: Errand): number {
  if (a.inTime !== b.inTime) return Number(b.inTime) - Number(a.inTime)
  if (!a.inTime) return byTime(a, b)
  return order(a.metres, b.metres) || byTime(a, b)
}

function byTime(a: Errand, b: Errand): number {
  return order(a.due, b.due) || a.view.case.changedAt - b.view.case.changedAt || (a.view.case.id < b.view.case.id ? -1 : 1)
}

/** What is not known, or has no end, comes last. */
function order(a: number | null, b: number | null): number {
  if (a === b) return 0
  return (a ?? Infinity) - (b ?? Infinity)
}
