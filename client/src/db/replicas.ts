// The chains that this phone holds: whose they are, how far they went, how far the server acknowledged.

import type { Chain } from '@sync/replica/event'
import { read, write } from './database'
import type { ReplicaRow } from './rows'
import type { Store } from './store'

/** What a chain is identified by: made outside, stored here. */
export interface Identity {
  readonly id: string
  readonly keys: CryptoKeyPair
  /** Public key, base64url of SPKI DER. */
  readonly key: string
}

export function chainOf({ id, oldest, counter, acked, ackedHash }: ReplicaRow): Chain {
  return { replica: id, oldest, last: counter, acked, ackedHash }
}

export function newReplica(person: string, identity: Identity, now: number, predecessor = ''): ReplicaRow {
  return {
    ...identity, person, createdAt: now, enrolled: false, oldest: 0, counter: 0, lastHash: '', acked: 0, ackedHash: '', backedUp: 0, fault: '',
    successor: '', predecessor,
  }
}

export function findReplica(store: Store, id: string): Promise<ReplicaRow | undefined> {
  return read(store.db, () => store.db.replicas.get(id))
}

/** The replica under which a person's operations are made; undefined before the first sign-in. */
export async function activeReplica(store: Store, person: string): Promise<ReplicaRow | undefined> {
  const rows = await read(store.db, () => store.db.replicas.where({ person }).toArray())
  return rows.filter((row) => row.successor === '').sort((a, b) => b.createdAt - a.createdAt)[0]
}

/** Stores a replica for a person who has none; of two pages that do so at once both get the first. */
export function addReplica(store: Store, person: string, identity: Identity, now: number): Promise<ReplicaRow> {
  const { db } = store
  return write(db, [db.replicas], async () => {
    const there = (await db.replicas.where({ person }).toArray()).find((row) => row.successor === '')
    if (there !== undefined) return there
    const row = newReplica(person, identity, now)
    await db.replicas.add(row)
    return row
  })
}

export async function noteEnrolled(store: Store, id: string): Promise<void> {
  const { db } = store
  await write(db, [db.replicas], () => db.replicas.update(id, { enrolled: true, fault: '' }))
}

/** Every replica in use, the person's own first: the chains that a conversation begins with. */
export async function replicasInUse(store: Store, person: string): Promise<ReplicaRow[]> {
  const rows = (await read(store.db, () => store.db.replicas.toArray())).filter((row) => row.successor === '')
  const own = await activeReplica(store, person)
  return [...rows.filter((row) => row.id === own?.id), ...rows.filter((row) => row.id !== own?.id && row.counter > 0)]
}
