// Moving a photo among others: by a finger that rests on it, then draws it along; and by keys.
import { onUnmounted, ref, type Ref } from 'vue'

const restMs = 350
/** A finger that moves further than this before the time is up scrolls. */
const restless = 10
/** This near to the edge the strip goes along. */
const edge = 48
const step = 7

/** The list with the item at `from` at `to` instead. */
export function moved<T>(items: readonly T[], from: number, to: number): T[] {
  const next = [...items]
  next.splice(to, 0, ...next.splice(from, 1))
  return next
}

/** The place among others that a point has: in front of the first whose middle lies behind it. */
export function placeAt(middles: readonly number[], at: number): number {
  const found = middles.findIndex((middle) => at < middle)
  return found < 0 ? middles.length : found
}

/**
 * Long press and draw within a strip.
 * @param dropped called with where it was and where it is let go, when these differ
 */
export function useReorder(list: Readonly<Ref<HTMLElement | null>>, dropped: (from: number, to: number) => void) {
  /** Which item is lifted, and where it would be put. */
  const lifted = ref<{ from: number; to: number } | null>(null)
  let timer = 0
  let frame = 0
  let began = { x: 0, y: 0 }
  let x = 0

  function press(event: PointerEvent, index: number): void {
    if (event.button !== 0) return
    rest()
    began = { x: event.clientX, y: event.clientY }
    x = event.clientX
    timer = window.setTimeout(() => lift(index), restMs)
    addEventListener('pointermove', draw)
    addEventListener('pointerup', drop)
    addEventListener('pointercancel', rest)
  }

  function lift(index: number): void {
    lifted.value = { from: index, to: index }
    navigator.vibrate?.(15)
    // The browser must not scroll from here on; it has not begun to, or it would have cancelled.
    addEventListener('touchmove', hold, { passive: false })
    frame = requestAnimationFrame(follow)
  }

  function hold(event: Event): void {
    event.preventDefault()
  }

  function draw(event: PointerEvent): void {
    x = event.clientX
    if (lifted.value === null && Math.hypot(event.clientX - began.x, event.clientY - began.y) > restless) rest()
  }

  /** Once a picture: the strip goes along at its edges, and the item goes where the finger is. */
  function follow(): void {
    const strip = list.value
    if (lifted.value === null || strip === null) return
    const { left, right } = strip.getBoundingClientRect()
    if (x < left + edge) strip.scrollLeft -= step
    if (x > right - edge) strip.scrollLeft += step
    const { from } = lifted.value
    const others = [...strip.children].map((child) => child.getBoundingClientRect()).filter((_, i) => i !== lifted.value?.to)
    lifted.value = { from, to: placeAt(others.map((box) => (box.left + box.right) / 2), x) }
    frame = requestAnimationFrame(follow)
  }

  function drop(): void {
    const at = lifted.value
    rest()
    if (at === null) return
    // The click that ends the press is none.
    addEventListener('click', stopClick, { capture: true, once: true })
    setTimeout(() => removeEventListener('click', stopClick, { capture: true }))
    if (at.from !== at.to) dropped(at.from, at.to)
  }

  function stopClick(event: Event): void {
    event.stopPropagation()
    event.preventDefault()
  }

  function rest(): void {
    clearTimeout(timer)
    cancelAnimationFrame(frame)
    lifted.value = null
    removeEventListener('pointermove', draw)
    removeEventListener('pointerup', drop)
    removeEventListener('pointercancel', rest)
    removeEventListener('touchmove', hold)
  }

  onUnmounted(rest)
  return { lifted, press }
}
