/** What a key does on the review page. Decisions by their English initials, as the buttons show. */
export type Stroke = 'down' | 'up' | 'left' | 'right' | 'zoom' | 'play' | 'file' | 'return' | 'reject' | 'dispatch' | 'finish' | 'merge' | 'verify' | 'undo' | 'search' | 'help' | 'condition' | 'pick' | 'pickDown' | 'pickUp' | 'clear'

const strokes: Readonly<Record<string, Stroke>> = {
  j: 'down', k: 'up', ArrowDown: 'down', ArrowUp: 'up', ArrowLeft: 'left', ArrowRight: 'right', ' ': 'zoom', p: 'play',
  f: 'file', r: 'return', x: 'reject', d: 'dispatch', c: 'finish', m: 'merge', v: 'verify', u: 'undo', '/': 'search', '、': 'search', '?': 'help', '？': 'help', s: 'pick', Escape: 'clear',
}

const picks = { down: 'pickDown', up: 'pickUp' } as const

/** A key held down goes through cases and photos; it never decides again, nor asks again. */
const repeats: ReadonlySet<Stroke> = new Set(['down', 'up', 'left', 'right', 'pickDown', 'pickUp'])

/** The stroke of a key, undefined while somebody types, holds a modifier or answers a dialog. */
export function strokeOf(event: KeyboardEvent): Stroke | undefined {
  const on = event.target as Element | null
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return undefined
  if (on?.closest?.('input, textarea, select, dialog')) return undefined
  // A focused control keeps its own keys: space presses it.
  if (event.key === ' ' && on?.closest?.('button, a, summary')) return undefined
  if (/^[1-8]$/.test(event.key)) return 'condition'
  const plain = strokes[event.key.length === 1 ? event.key.toLowerCase() : event.key]
  const stroke = event.shiftKey && (plain === 'down' || plain === 'up') ? picks[plain] : plain
  return event.repeat && stroke !== undefined && !repeats.has(stroke) ? undefined : stroke
}
