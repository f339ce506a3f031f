import type { Body } from './types.gen'

/**
 * The best guess of when it was done on the server's clock, in milliseconds: device time plus the measured offset, never
 * before the anchor and never after arrival.
 */
export function estimate(b: Body, received: number): number {
  let at = claimedAt(b)
  if (b.anchor !== undefined && at < b.anchor.at) at = b.anchor.at
  return Math.min(at, received)
}

/** The device's clock at saving, corrected by its measured offset, in milliseconds. */
export function claimedAt(b: Body): number {
  return b.time.device + (b.time.offset ?? 0)
}
