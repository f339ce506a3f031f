// What the engine takes from the browser, so that tests can give it another time and another chance.

export interface World {
  /** The device's wall clock, ms since 1970 UTC; a person may set it at any time. */
  wall(): number
  /** Milliseconds that only grow, from any origin; they may stand still while the device sleeps. */
  steady(): number
  /** A number in [0, 1). */
  random(): number
  /** Calls `ring` once after that many milliseconds; returns what takes it back. */
  after(ms: number, ring: () => void): () => void
}

/** The browser's own. */
export const browser: World = {
  wall: () => Date.now(),
  steady: () => performance.now(),
  random: () => Math.random(),
  after: (ms, ring) => {
    const timer = setTimeout(ring, ms)
    return () => clearTimeout(timer)
  },
}
