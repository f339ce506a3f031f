/** A finger that rests so long holds the button; a shorter touch is a tap. */
const holdMs = 500

/**
 * One button for two habits: hold it while speaking, or tap it and tap it again. `running` is whether a note is being recorded:
 * who let go before it began, to answer the browser's question, has tapped.
 */
export function holdOrTap(running: () => boolean, start: () => void, stop: () => void, now: () => number = () => performance.now()) {
  let since: number | null = null
  return {
    down(): void {
      if (running()) return // it stops when the finger leaves
      since = now()
      start()
    },
    up(): void {
      const held = since !== null && now() - since >= holdMs
      const tapped = since === null
      since = null
      if (running() && (held || tapped)) stop()
    },
    /** By keyboard or a screen reader, which press nothing down. */
    press(): void {
      since = null
      if (running()) stop()
      else start()
    },
  }
}
