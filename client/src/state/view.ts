// One case as a screen sees it: how far it travelled, whether anything is new to the person.

import type { Case } from '@shared/types.gen'
import { onTheWay, type PhotoRow } from '../db/rows'
import type { CaseView, Travel } from './contract'
import type { Done } from './ledger'

export interface ViewContext {
  readonly person: string
  /** Whether the phone is in conversation with the server. */
  readonly live: boolean
  /** By case: operations that the server's case does not show yet, refused ones, photographs of this phone. */
  readonly ahead: ReadonlyMap<string, readonly Done[]>
  readonly refused: ReadonlyMap<string, readonly Done[]>
  /** Cases with a decision that may still be taken back. */
  readonly decided: ReadonlySet<string>
  readonly photos: ReadonlyMap<string, readonly PhotoRow[]>
  /** By case: the revision that the person saw last. */
  readonly seen: ReadonlyMap<string, number>
}

export function viewOf(c: Case, context: ViewContext): CaseView {
  const waiting = (context.ahead.get(c.id) ?? []).filter(({ row }) => row.state === 'waiting').length
  const unsent = waiting + (context.decided.has(c.id) ? 1 : 0)
  const seen = context.seen.get(c.id) ?? 0
  const others = c.timeline.filter((entry) => entry.by.id !== context.person)
  return {
    case: c,
    travel: waiting === 0 && unsent > 0 ? { kind: 'onPhone' } : travelOf(c, unsent, context),
    mine: c.reporter.id === context.person,
    unsent,
    lost: (c.conflicts ?? []).some((conflict) => conflict.lostBy.id === context.person && conflict.revision > seen),
    unread: others.some((entry) => entry.revision > seen),
  }
}

function travelOf(c: Case, unsent: number, { person, live, refused, photos }: ViewContext): Travel {
  const [first] = refused.get(c.id) ?? []
  if (first !== undefined) {
    return { kind: 'refused', fault: first.row.answer?.fault ?? 'internal', operation: `${first.row.replica}/${first.row.counter}` }
  }
  const own = photos.get(c.id) ?? []
  const voices = new Set([...(c.voices ?? []).map((voice) => voice.hash), ...own.filter((photo) => photo.kind === 'voice').map((photo) => photo.hash)])
  const spoken = (of: ReadonlySet<string>) => {
    const n = [...of].filter((hash) => voices.has(hash)).length
    return n > 0 ? { voices: n } : {}
  }
  const waiting = new Set(own.filter(({ stage }) => onTheWay.includes(stage)).map((photo) => photo.of))
  const all = new Set(own.filter((photo) => photo.stage !== 'draft' && photo.stage !== 'released').map((photo) => photo.of))
  if (unsent > 0) return live ? { kind: 'going', sent: all.size - waiting.size, photos: all.size, ...spoken(all) } : { kind: 'onPhone' }
  if (waiting.size > 0) return { kind: 'photosOnTheWay', left: waiting.size, ...spoken(waiting) }
  for (const kind of ['lost', 'damaged'] as const) {
    const gone = new Set([...[...(c.photos ?? []), ...(c.voices ?? [])].filter(({ here }) => here === kind).map(({ hash }) => hash), ...own.filter((photo) => photo.stage === kind).map((photo) => photo.of)])
    if (gone.size > 0) return { kind, photos: gone.size, ...spoken(gone) }
  }
  const last = [...c.timeline].reverse().find((entry) => entry.by.id === person)
  return last?.late === undefined ? { kind: 'arrived' } : { kind: 'late', fault: last.late }
}

/** Whether two views show the same; overlaid cases are made anew each time and compared by what makes them. */
export function sameView(a: CaseView, b: CaseView): boolean {
  const one = a.case === b.case && a.mine === b.mine && a.unsent === b.unsent && a.lost === b.lost && a.unread === b.unread
  return one && JSON.stringify(a.travel) === JSON.stringify(b.travel)
}
