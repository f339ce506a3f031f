// How fast a sitting goes, from the times of its decisions. Pure.

/** A longer gap is a pause, not slowness. */
const pauseMs = 2 * 60_000
/** Fewer gaps say nothing yet. */
const fewest = 3

/** Milliseconds a case, pauses left out; null while it cannot be told. */
export function paceOf(times: readonly number[]): number | null {
  const gaps = times.slice(1).map((at, i) => at - (times[i] ?? at)).filter((gap) => gap >= 0 && gap < pauseMs)
  return gaps.length < fewest ? null : gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length
}
