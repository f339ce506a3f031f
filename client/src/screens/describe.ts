// What of a case is told: the leader's reason, how many photos are there, what is improbable.
import type { Arrival, Case, Entry } from '@shared/types.gen'

/** The leader's last reason for returning, rejecting or not accepting the case; '' without one. */
export function lastReason(c: Case): string {
  return [...c.timeline].reverse().find((entry) => entry.payload.reason !== undefined && entry.late === undefined)?.payload.reason ?? ''
}

/** How many of a case's photos, or voice notes, the centre has whole, lost, or cannot open. */
export function hereOf(attached: readonly { readonly here: Arrival }[] = []): { here: number; lost: number; damaged: number; all: number } {
  const count = (here: Arrival) => attached.filter((one) => one.here === here).length
  return { here: count('here'), lost: count('lost'), damaged: count('damaged'), all: attached.length }
}

/** Every mark on the case once, in the order of the timeline (L11). */
export function marksOf(c: Case): NonNullable<Entry['marks']> {
  return [...new Set(c.timeline.flatMap((entry) => entry.marks ?? []))]
}
