// What is put in order when a conversation begins: it is fetched behind the first page.

import { read, write } from './database'
import { openOperation, placeOf } from './operations'
import { makeRoom } from './photos'
import type { Purpose } from './rows'
import type { Store } from './store'

/** What was acknowledged goes under its person's own key, and what is older than it must be kept goes. What fails is done the next time. */
export async function tidy(store: Store, person: string, before: number, most: number): Promise<void> {
  await keepAsOwn(store, person).catch(() => undefined)
  await dropOld(store, person, before).catch(() => undefined)
  await trimSent(store, most).catch(() => 0)
}

/** Acknowledged operations are no longer the phone's to deliver: they go under their person's own key. */
export async function keepAsOwn(store: Store, person: string): Promise<void> {
  const { db } = store
  const own: Purpose = 'own'
  const rows = await read(db, () => db.operations.where({ person }).filter((row) => row.state !== 'waiting' && row.purpose !== own).toArray())
  for (const row of rows) {
    const sealed = await store.seal.closeText(person, own, placeOf(row), await openOperation(store, row))
    await write(db, [db.operations], () =>
      db.operations.where({ replica: row.replica, counter: row.counter }).modify((at) => {
        if (at.state !== 'waiting') Object.assign(at, { sealed, purpose: own })
      }),
    )
  }
}

/**
 * Drops what was acknowledged before a time, oldest first and never with a hole; a refused one stays until it was corrected.
 */
export async function dropOld(store: Store, person: string, before: number): Promise<void> {
  const { db } = store
  await write(db, [db.replicas, db.operations], async () => {
    for (const replica of await db.replicas.where({ person }).toArray()) {
      const rows = await db.operations.where('[replica+counter]').between([replica.id, 0], [replica.id, replica.acked], true, true).toArray()
      const kept = rows.findIndex((row) => row.savedAt >= before || row.state === 'waiting' || (row.state === 'refused' && row.corrected !== true))
      const old = kept < 0 ? rows : rows.slice(0, kept)
      await db.operations.bulkDelete(old.map((row): [string, number] => [row.replica, row.counter]))
      const oldest = rows[old.length]?.counter ?? (replica.counter > replica.acked ? replica.acked + 1 : 0)
      if (old.length > 0) await db.replicas.update(replica.id, { oldest })
    }
  })
}

/** Frees what originals and voice notes that the server has take above `most` bytes. */
export async function trimSent(store: Store, most: number): Promise<number> {
  const rows = await read(store.db, () => store.db.photos.where({ stage: 'sent' }).toArray())
  const bytes = rows.reduce((sum, row) => sum + (row.held && row.kind !== 'preview' ? row.size : 0), 0)
  return bytes > most ? makeRoom(store, bytes - most) : 0
}
