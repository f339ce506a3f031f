// How good the place is that a report would get now: what is poor is said before saving, never taken silently.
import { coarseMetres, oldFixMs, type Fix } from '@shared/types.gen'
import type { PlaceState } from '../../state/contract'

export type Standing =
  | { readonly kind: 'looking' | 'denied' | 'unavailable' | 'timeout' }
  | { readonly kind: 'good' | 'coarse'; readonly metres: number }
  | { readonly kind: 'old'; readonly metres: number; readonly ms: number }

type Problem = PlaceState['problem']['value']

export function standingOf(fix: Fix | null, problem: Problem, now: number): Standing {
  if (problem === 'denied') return { kind: problem }
  if (fix === null) return { kind: problem ?? 'looking' }
  const metres = Math.max(1, Math.round(fix.accuracy))
  const ms = now - fix.at
  if (ms > oldFixMs) return { kind: 'old', metres, ms }
  return { kind: fix.accuracy > coarseMetres ? 'coarse' : 'good', metres }
}

/** Radius of the ring in units of a drawing of 48: 5 m and better is the smallest, coarseMetres and worse fills it. */
export function ringOf(metres: number): number {
  const share = Math.log(Math.max(5, metres) / 5) / Math.log(coarseMetres / 5)
  return 6 + 15 * Math.min(1, share)
}
