/** How long to wait before trying again, in milliseconds: jittered, between 1 s and 60 s, growing with every failure (R7). */
export function delay(failures: number, random: () => number): number {
  const most = Math.min(longestMs, 2 * shortestMs * 2 ** Math.min(failures, 10))
  return Math.round(shortestMs + random() * (most - shortestMs))
}

const shortestMs = 1_000
const longestMs = 60_000
