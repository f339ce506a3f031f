import type { Case, Entry } from './types.gen'

/** The return that a case waits after; undefined where it does not. */
export function returned(c: Case): Entry | undefined {
  if (c.state !== 'returned') return undefined
  return [...c.timeline].reverse().find((entry) => entry.action === 'return' && entry.late === undefined)
}
