// What is put in order when a conversation begins: it is fetched behind the first page.

import type { Receipt } from '@shared/types.gen'
import { read, write } from './database'
import { openOperation, placeOf } from './operations'
import { makeRoom } from './photos'
import { type Purpose, settled } from './rows'
import type { Store } from './store'

/** What was acknowledged goes under its person's own key, and what is older than it must be kept goes. What fails is done the next time. */
export async function tidy(store: Store, person: string, before: number, most: number): Promise<void> {
  await keepAsOwn(store, person).catch(() => undefined)
  await dropOld(store, person, before).catch(() => undefined)
  await trimSent(store, most).catch(() => 0)
  await trimReceipts(store, person, mostReceipts).catch(() => 0)
}

/** About 2 MB, and what a person does in three months. */
const mostReceipts = 2000

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

/**
 * Lets the oldest receipts above `most` go. There is one a case, so they grow with the years. One stays while it may still be needed: while
 * the phone holds an operation of the case, a photo of it is not settled, or no proven backup of the centre has all that it names.
 */
export async function trimReceipts({ db }: Store, person: string, most: number): Promise<number> {
  return write(db, [db.receipts, db.operations, db.photos, db.replicas], async () => {
    const receipts = await db.receipts.where({ person }).toArray()
    if (receipts.length <= most) return 0
    const open = new Set((await db.operations.where({ person }).toArray()).map(({ caseId }) => caseId))
    for (const { stage, caseId } of await db.photos.where({ person }).toArray()) if (!settled.includes(stage)) open.add(caseId)
    const backed = new Map((await db.replicas.where({ person }).toArray()).map((row) => [row.id, row.backedUp]))
    const safe = receipts.filter(({ caseId, text }) => !open.has(caseId) && (JSON.parse(text) as Receipt).operations.every(({ replica, counter }) => counter <= (backed.get(replica) ?? 0)))
    const old = safe.sort((a, b) => a.at - b.at).slice(0, receipts.length - most)
    await db.receipts.bulkDelete(old.map(({ caseId }): [string, string] => [person, caseId]))
    return old.length
  })
}
