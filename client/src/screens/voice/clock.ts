/** How long a note lasts, as recorders show it: 0:07. */
export function clock(ms: number): string {
  const seconds = Math.floor(ms / 1000)
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`
}

/** What lasted less than a second lasted one, to a reader. */
export function lasts(ms: number): string {
  return clock(Math.max(1000, Math.round(ms / 1000) * 1000))
}
