// The order of what waits for the leader. Pure: decided by what is there, never by when it is looked at.
import type { CaseView } from '../../state/contract'
import type { Bulk } from '../many/bulk'

/** What kind of decision a case waits for: one kind is worked through at a time. */
export const heaps = ['judge', 'dispatch', 'finish', 'ask'] as const
export type Heap = (typeof heaps)[number]

/** What may be decided for many, by the heap that they lie on; the likely one last. */
export const bulksOf: Readonly<Record<Heap, readonly Bulk[]>> = { judge: ['reject', 'return', 'file'], dispatch: ['dispatch'], finish: [], ask: [] }

/**
 * The heap that a case lies on: reported or fixed on the spot to be judged, filed to be dispatched, handled to be re-checked or
 * closed, something asked for to be answered. Undefined where it waits for somebody else.
 */
export function heapOf({ case: c }: CaseView): Heap | undefined {
  if ((c.asks ?? []).length > 0 && c.state !== 'reported') return 'ask'
  if (c.state === 'reported' || c.state === 'selfHandled') return 'judge'
  if (c.state === 'filed') return 'dispatch'
  return c.state === 'handled' && (c.task === undefined || c.rechecked !== undefined) ? 'finish' : undefined
}

/**
 * What waits, in the order in which it reached the centre: what comes live goes to the end, so nothing moves under the
 * leader's eyes. A case resubmitted after a return has waited since then.
 */
export function queueOf(views: readonly CaseView[], heap: Heap = 'judge'): CaseView[] {
  return views
    .filter((view) => heapOf(view) === heap)
    .sort((a, b) => waitsSince(a) - waitsSince(b) || (a.case.id < b.case.id ? -1 : 1))
}

/** How many wait on each heap. */
export function heapCounts(views: readonly CaseView[]): Readonly<Record<Heap, number>> {
  const counts = { judge: 0, dispatch: 0, finish: 0, ask: 0 }
  for (const view of views) {
    const heap = heapOf(view)
    if (heap !== undefined) counts[heap] += 1
  }
  return counts
}

/** Server's clock: when it last became something to decide. */
export function waitsSince({ case: c }: CaseView): number {
  const asked = Math.max(0, ...(c.asks ?? []).map(({ at }) => at))
  const waits: ReadonlySet<string> = new Set(['reported', 'selfHandled', 'filed', 'handled'])
  const back = [...c.timeline].reverse().find((entry) => entry.to !== undefined && waits.has(entry.to))
  return asked || (back?.received ?? c.arrivedAt)
}

/** Whether a case is meant by what was typed: every part of it stands somewhere in the case's words. */
export function isMeant(words: readonly string[], typed: string): boolean {
  const text = words.join(' ').toLowerCase()
  return typed.toLowerCase().split(/\s+/).every((part) => text.includes(part))
}

/**
 * The photos to have ready: the first of the cases that come next, the others of the next one, and the first of the one before,
 * to which an undo or a step back leads.
 */
export function comingPhotos(queue: readonly CaseView[], place: number): string[] {
  const first = (at: number, most: number) => (queue[at]?.case.photos ?? []).slice(0, most).filter((photo) => photo.here === 'here').map((photo) => photo.hash)
  return [...new Set([...first(place, 4), ...first(place + 1, 4), ...first(place + 2, 1), ...first(place + 3, 1), ...first(place - 1, 1)])]
}

/** What to show after a decision or a step: the one at the place, else the last; '' when nothing waits. */
export function nextAt(queue: readonly CaseView[], index: number): string {
  return (queue[index] ?? queue[queue.length - 1])?.case.id ?? ''
}
