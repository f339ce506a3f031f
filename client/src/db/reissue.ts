// A chain that the server holds against the phone is left for a new one, and what was not acknowledged is made there again
// (R21).

import type { Chain } from '@sync/replica/event'
import { read, write } from './database'
import { type Composed, type Link, openOperation, placeOf } from './operations'
import { chainOf, findReplica, type Identity, newReplica } from './replicas'
import type { OperationRow, ReplicaRow } from './rows'
import type { Store } from './store'

/** Makes an operation's text again for a new place. */
export type Recompose = (row: OperationRow, text: string, link: Link, keys: CryptoKeyPair) => Promise<Composed>

/** Asked twice for the same replica it answers with the same new chain. */
export async function reissue(store: Store, old: string, after: number, identity: Identity, now: number, recompose: Recompose): Promise<Chain> {
  for (;;) {
    const replica = await findReplica(store, old)
    if (replica === undefined) throw new Error(`reissue ${old}: no such replica`)
    if (replica.successor !== '') return chainOf((await findReplica(store, replica.successor)) ?? replica)
    const rows = await read(store.db, () =>
      store.db.operations.where('[replica+counter]').between([old, after], [old, Infinity], false, true).toArray(),
    )
    const next = await makeAgain(store, rows, newReplica(replica.person, identity, now, old), recompose)
    const chain = await replace(store, replica, rows, next)
    if (chain !== null) return chain
  }
}

interface Successor {
  readonly replica: ReplicaRow
  readonly rows: readonly OperationRow[]
}

async function makeAgain(store: Store, rows: readonly OperationRow[], begun: ReplicaRow, recompose: Recompose): Promise<Successor> {
  let replica = begun
  const made: OperationRow[] = []
  for (const row of rows) {
    const link = { replica: replica.id, counter: replica.counter + 1, prev: replica.lastHash }
    const { text, hash, signature } = await recompose(row, await openOperation(store, row), link, replica.keys)
    const sealed = await store.seal.closeText(row.person, 'delivery', placeOf(link), text)
    const { answer: _, ...rest } = row
    made.push({ ...rest, replica: link.replica, counter: link.counter, hash, signature, sealed, purpose: 'delivery', state: 'waiting', seq: 0 })
    replica = { ...replica, counter: link.counter, lastHash: hash, oldest: 1 }
  }
  return { replica, rows: made }
}

/** Puts the successor in place; null if something was saved on the old chain meanwhile. */
function replace(store: Store, old: ReplicaRow, rows: readonly OperationRow[], next: Successor): Promise<Chain | null> {
  const { db } = store
  return write(db, [db.replicas, db.operations, db.photos], async () => {
    const now = await db.replicas.get(old.id)
    if (now === undefined || now.counter !== old.counter || now.successor !== '') return null
    await db.operations.bulkDelete(rows.map((row): [string, number] => [row.replica, row.counter]))
    await db.operations.bulkAdd([...next.rows])
    await db.replicas.put({ ...now, successor: next.replica.id })
    await db.replicas.add(next.replica)
    for (const [i, row] of rows.entries()) {
      const counter = next.rows[i]?.counter ?? 0
      // The bytes are the author's; their proof comes from the replica in use.
      await db.photos.where({ replica: row.replica, counter: row.counter }).modify((photo) => {
        Object.assign(photo, { replica: next.replica.id, counter }, photo.stage === 'named' || photo.stage === 'refused' ? { stage: 'waiting' } : {})
      })
    }
    await db.photos.where('[replica+counter]').between([old.id, 0], [old.id, Infinity], true, true).modify((photo) => {
      if (photo.stage === 'named') Object.assign(photo, { replica: next.replica.id })
    })
    return chainOf(next.replica)
  })
}
