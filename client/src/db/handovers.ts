// What of this phone goes into a hand-over file, and what went into one that left: that may be signed out of, and stays here
// until the server acknowledged it all the same.

import { read, write } from './database'
import { openOperation } from './operations'
import { photosToHand } from './photos'
import { onTheWay, type OperationRow, type PhotoRow } from './rows'
import type { Store } from './store'

const key = 'handed'

/** What files held that left this phone, and when the last one did. */
interface Handed {
  readonly at: number
  /** "replica/counter" */
  readonly operations: readonly string[]
  /** "person hash" */
  readonly photos: readonly string[]
}

/** An operation as it was stored, with its exact text. */
export interface Handing {
  readonly row: OperationRow
  readonly text: string
  /** The oldest that the phone still holds of its chain. */
  readonly oldest: number
}

const nameOf = ({ replica, counter }: Pick<OperationRow, 'replica' | 'counter'>) => `${replica}/${counter}`
const nameOfPhoto = ({ person, hash }: Pick<PhotoRow, 'person' | 'hash'>) => `${person} ${hash}`

/** Everything of all people of this phone that was not acknowledged: operations in order of their chains, small files before large ones. */
export async function unsent(store: Store): Promise<{ operations: Handing[]; photos: PhotoRow[] }> {
  const { db } = store
  const [rows, replicas, photos] = await read(db, () =>
    db.transaction('r', [db.operations, db.replicas, db.photos], () =>
      Promise.all([db.operations.where({ state: 'waiting' }).toArray(), db.replicas.toArray(), photosToHand(store)]),
    ),
  )
  rows.sort((a, b) => (a.replica === b.replica ? a.counter - b.counter : a.replica < b.replica ? -1 : 1))
  const operations: Handing[] = []
  for (const row of rows) {
    const text = await openOperation(store, row)
    operations.push({ row, text, oldest: replicas.find(({ id }) => id === row.replica)?.oldest ?? row.counter })
  }
  return { operations, photos }
}

/** Takes note of what left in a file; what was acknowledged meanwhile is forgotten. */
export async function noteHanded({ db }: Store, at: number, operations: readonly OperationRow[], photos: readonly PhotoRow[]): Promise<void> {
  await write(db, [db.meta, db.operations, db.photos], async () => {
    const before = ((await db.meta.get(key))?.value ?? { operations: [], photos: [] }) as Handed
    const waiting = new Set((await db.operations.where({ state: 'waiting' }).toArray()).map(nameOf))
    const going = new Set((await db.photos.where('stage').anyOf(onTheWay).toArray()).map(nameOfPhoto))
    const value: Handed = {
      at,
      operations: [...new Set([...before.operations, ...operations.map(nameOf)])].filter((name) => waiting.has(name)),
      photos: [...new Set([...before.photos, ...photos.map(nameOfPhoto)])].filter((name) => going.has(name)),
    }
    await db.meta.put({ name: key, value })
  })
}

/** When the file left that covers all that waits of a person; null where something of it left in none. */
export async function handedOver({ db }: Store, person: string): Promise<number | null> {
  return read(db, () =>
    db.transaction('r', [db.meta, db.operations, db.photos, db.decisions], async () => {
      const handed = (await db.meta.get(key))?.value as Handed | undefined
      if (handed === undefined || (await db.decisions.where({ person }).count()) > 0) return null
      const operations = await db.operations.where({ person, state: 'waiting' }).toArray()
      const photos = await db.photos.where({ person }).filter(({ stage }) => onTheWay.includes(stage)).toArray()
      const left = operations.every((row) => handed.operations.includes(nameOf(row))) && photos.every((row) => handed.photos.includes(nameOfPhoto(row)))
      return left ? handed.at : null
    }),
  )
}
