// Ask 4: where a browser cleared the database, the app says at its next start what was not sent yet: number, time, place. The
// centre misses the numbers too and raises its own alarm.

import { parseBody } from '@shared/body'
import { shortId } from '@shared/id'
import { openOperation } from '../db/operations'
import { onTheWay, type OperationRow } from '../db/rows'
import { type Store, watch } from '../db/store'
import { countedUnsent, noteUnsent, type Noted, notedUnsent } from '../device/notebook'
import type { PhoneState } from './keys'

export interface Evicted {
  /** Records that are lost, oldest first, as far as the list was left. */
  readonly records: readonly Noted[]
  /** How many there were. */
  readonly count: number
}

/** What was noted and is not in the database any more; null where nothing is missing. */
export async function evicted(store: Store): Promise<Evicted | null> {
  const noted = notedUnsent()
  const known = new Set((await store.db.replicas.toArray()).map(({ id }) => id))
  const records = noted.filter(({ replica }) => !known.has(replica))
  const counted = countedUnsent()
  if (records.length > 0) return { records, count: noted.length === records.length ? Math.max(records.length, counted?.count ?? 0) : records.length }
  if (noted.length > 0 || counted === null || known.size > 0) return null
  return { records: [{ replica: '', counter: 0, short: counted.short, at: counted.at, place: '' }], count: counted.count }
}

/** Keeps the list as the database is, from now on. What is lost and was not read yet stays on it. */
export async function keepNoting(store: Store): Promise<() => void> {
  const lost = (await evicted(store))?.records ?? []
  const texts = new Map<string, Noted>(notedUnsent().map((one) => [keyOf(one), one]))
  let turn: Promise<unknown> = Promise.resolve()
  return watch(store, () => unsent(store), (rows) => {
    turn = turn.then(async () => {
      const list = await Promise.all(rows.map(async (row) => texts.get(keyOf(row)) ?? note(store, row)))
      for (const one of list) texts.set(keyOf(one), one)
      const unread = new Set(notedUnsent().map(keyOf))
      noteUnsent([...lost.filter((one) => unread.has(keyOf(one))), ...list])
    }).catch(() => undefined) // and with the next change
  }, () => undefined)
}

/** The person read what is lost: it is not said again. What was recorded since stays noted. */
export function readEvicted({ records }: Evicted): void {
  const lost = new Set(records.map(keyOf))
  noteUnsent(notedUnsent().filter((one) => !lost.has(keyOf(one))))
}

/** Operations that are not acknowledged, or name photos that are not. */
async function unsent({ db }: Store): Promise<OperationRow[]> {
  const [waiting, photos] = await Promise.all([db.operations.where({ state: 'waiting' }).toArray(), db.photos.where('stage').anyOf(onTheWay).toArray()])
  const keys = new Set(waiting.map(keyOf))
  const more = photos.filter((photo) => photo.counter > 0 && !keys.has(keyOf(photo))).map(({ replica, counter }): [string, number] => [replica, counter])
  const others = (await db.operations.bulkGet(more)).filter((row) => row !== undefined)
  const rows = new Map([...waiting, ...others].map((row) => [keyOf(row), row]))
  return [...rows.values()].sort((a, b) => a.savedAt - b.savedAt)
}

async function note(store: Store, row: OperationRow): Promise<Noted> {
  const { action, place } = parseBody(await openOperation(store, row))
  const opens = action === 'report' || action === 'selfHandle'
  return {
    replica: row.replica, counter: row.counter, short: opens ? shortId(row.replica, row.counter) : '', at: row.savedAt,
    place: place ? `${place.longitude.toFixed(5)},${place.latitude.toFixed(5)}` : '',
  }
}

function keyOf({ replica, counter }: { readonly replica: string; readonly counter: number }): string {
  return `${replica}/${counter}`
}

/** Begins to note what is unsent, and says whether something is lost. */
export function watchOver({ inside }: Pick<PhoneState, 'inside'>): Promise<Evicted | null> {
  return inside(async (store) => {
    const lost = await evicted(store)
    await keepNoting(store)
    return lost
  })
}
