// What is on this phone and what the server acknowledged of it, read from rows alone: the sync light's only source (L13).

import type { Cursor } from '@sync/wire/types.gen'
import { read } from './database'
import { stampKeys, stampsOf } from './cases'
import { inOrder } from './decisions'
import { type DecisionRow, onTheWay, type OperationRow, type PhotoRow, settled } from './rows'
import type { Store } from './store'

/** What of one person's is not acknowledged, and whether nothing is. */
interface Unsent {
  readonly records: number
  readonly photos: number
  readonly voices: number
  readonly bytes: number
  /** True only if every chain is acknowledged to its last counter and the server named every photo's hash as held. */
  readonly allSent: boolean
}

export interface Summary extends Unsent {
  /** What this phone holds for other people. */
  readonly others: { readonly people: number; readonly records: number; readonly photos: number; readonly voices: number }
  /** The last counter of each of the person's chains when this was read. */
  readonly made: ReadonlyMap<string, number>
}

export async function summarize({ db }: Store, person: string): Promise<Summary> {
  // One look at all of it: a decision that becomes an operation in between must not seem to be neither.
  const [replicas, operations, decisions, photos] = await read(db, () =>
    db.transaction('r', [db.replicas, db.operations, db.decisions, db.photos], () =>
      Promise.all([db.replicas.toArray(), db.operations.where({ state: 'waiting' }).toArray(), db.decisions.toArray(), unsettled(db.photos)]),
    ),
  )
  const unheard = [...operations, ...decisions]
  const unsent = (mine: (row: { person: string }) => boolean): Unsent => {
    const waiting = photos.filter((photo) => mine(photo) && onTheWay.includes(photo.stage))
    const chains = replicas.filter((row) => mine(row) && row.successor === '')
    const records = unheard.filter(mine).length
    const count = (voice: boolean) => new Set(waiting.filter(({ kind }) => (kind === 'voice') === voice).map((photo) => `${photo.person} ${photo.of}`)).size
    return {
      records,
      photos: count(false),
      voices: count(true),
      bytes: waiting.reduce((sum, photo) => sum + photo.size, 0),
      allSent: records === 0 && chains.every((row) => row.acked === row.counter) && !photos.some(mine),
    }
  }
  const others = unsent((row) => row.person !== person)
  const people = new Set([...unheard, ...photos.filter((photo) => onTheWay.includes(photo.stage))].map((row) => row.person).filter((id) => id !== person))
  const made = new Map(replicas.filter((row) => row.person === person).map((row) => [row.id, row.counter]))
  return { ...unsent((row) => row.person === person), made, others: { people: people.size, records: others.records, photos: others.photos, voices: others.voices } }
}

function unsettled(photos: Store['db']['photos']): Promise<PhotoRow[]> {
  return photos.where('stage').noneOf(settled).toArray()
}

/**
 * What the screens are made of: the stored cases, and what the person did that these do not show yet. Read in one look, or
 * what was just done would seem undone while its case comes back from the server.
 */
export interface Shown {
  /** Stamps of the person's cases by id. */
  readonly stamps: Map<string, string>
  /** Unacknowledged, or ahead of the place in the feed. */
  readonly operations: readonly OperationRow[]
  /** Those that may still be taken back. */
  readonly decisions: readonly DecisionRow[]
}

export async function shownOf({ db }: Store, person: string): Promise<Shown> {
  return read(db, () => db.transaction('r', [db.cases, db.places, db.operations, db.decisions], async () => {
    const stamps = stampsOf(await stampKeys(db, person))
    const place = await db.places.get(person)
    const waiting = await db.operations.where({ person, state: 'waiting' }).toArray()
    const answered = await db.operations.where('[person+seq]').between([person, (place?.cursor?.seq ?? 0) + 1], [person, Infinity]).toArray()
    const decisions = inOrder(await db.decisions.where({ person }).toArray())
    return { stamps, operations: [...waiting, ...answered.filter((row) => isAhead(row, place?.cursor ?? null))], decisions }
  }))
}

function isAhead({ state, answer }: OperationRow, cursor: Cursor | null): boolean {
  if (state !== 'applied' && state !== 'late') return false
  return cursor === null || answer?.epoch === cursor.epoch
}

/** The person's refused operations that no correction replaced, oldest first. */
export async function refusedOperations({ db }: Store, person: string): Promise<OperationRow[]> {
  const rows = await read(db, () => db.operations.where({ person, state: 'refused' }).toArray())
  return rows.filter((row) => row.corrected !== true).sort((a, b) => a.savedAt - b.savedAt)
}

export function findOperation({ db }: Store, person: string, replica: string, counter: number): Promise<OperationRow | null> {
  return read(db, async () => {
    const row = await db.operations.get([replica, counter])
    return row === undefined || row.person !== person ? null : row
  })
}
