// Operations: numbered, chained and stored in one strict transaction, kept until long after they were acknowledged.

import type { Chain, Waiting } from '@sync/replica/event'
import { read, write } from './database'
import { chainOf, activeReplica } from './replicas'
import type { OperationRow, PhotoRow, ReplicaRow } from './rows'
import type { Store } from './store'

/** Where an operation stands in its chain. */
export interface Link {
  readonly replica: string
  readonly counter: number
  /** Hash of the one before; '' for the first. */
  readonly prev: string
}

/** An operation as it will be stored: its exact text, the text's hash, and the replica's signature ('' if it failed). */
export interface Composed {
  readonly text: string
  readonly hash: string
  readonly signature: string
}

export type Compose = (link: Link, keys: CryptoKeyPair) => Promise<Composed>

export interface Saving {
  readonly person: string
  readonly caseId: string
  readonly now: number
  /** Hashes of the originals and voice notes that it names; they and the previews wait for the server from now on. */
  readonly photos: readonly string[]
  /** The draft that it is made of and that is gone when it is stored; '' for none. */
  readonly draft: string
  /** The refused operation that it replaces. */
  readonly corrects?: { readonly replica: string; readonly counter: number }
}

/** An operation that was saved. `again` says that its draft had been saved before, by another tap or page (L3). */
export interface Saved {
  readonly chain: Chain
  readonly counter: number
  readonly caseId: string
  readonly again: boolean
}

/**
 * Saves an operation. Its text holds its number and the hash before it, and sealing cannot be waited for inside a
 * transaction: it is composed for the place that is free, and the transaction stores it only if the place still is. Of two
 * pages that save at once one finds its place taken and composes anew, so counters have no hole and no double.
 * @throws Fault storage.full, with the draft as it was; whatever compose throws
 */
export async function saveOperation(store: Store, saving: Saving, compose: Compose): Promise<Saved> {
  const saved = await place(store, saving, compose, '')
  if (saved === null) throw new Error(`save for ${saving.person}: it was to stand for no decision`)
  return saved
}

/**
 * Saves the operation that a decision becomes; the decision goes in the same transaction. null, and nothing is saved, where
 * it was taken back or is an operation already (L3).
 */
export function saveDecided(store: Store, saving: Saving, compose: Compose, decision: string): Promise<Saved | null> {
  return place(store, saving, compose, decision)
}

async function place(store: Store, saving: Saving, compose: Compose, decision: string): Promise<Saved | null> {
  for (;;) {
    const replica = await activeReplica(store, saving.person)
    if (replica === undefined) throw new Error(`save for ${saving.person}: no replica`)
    const link = { replica: replica.id, counter: replica.counter + 1, prev: replica.lastHash }
    const composed = await compose(link, replica.keys)
    const sealed = await store.seal.closeText(saving.person, 'delivery', placeOf(link), composed.text)
    const row: OperationRow = {
      replica: link.replica, counter: link.counter, person: saving.person, caseId: saving.caseId, hash: composed.hash, savedAt: saving.now,
      state: 'waiting', purpose: 'delivery', sealed, signature: composed.signature, photos: saving.photos, draft: saving.draft, seq: 0,
    }
    const saved = await insert(store, saving, replica, row, decision)
    if (saved !== 'taken') return saved
  }
}

/** Stores the row if its place in the chain is still free; 'taken' if another page was faster, null if its decision is gone. */
function insert(store: Store, saving: Saving, replica: ReplicaRow, row: OperationRow, decision: string): Promise<Saved | 'taken' | null> {
  const { db } = store
  return write(db, [db.replicas, db.operations, db.photos, db.drafts, ...(decision === '' ? [] : [db.decisions])], async () => {
    if (decision !== '' && (await db.decisions.get(decision)) === undefined) return null
    const earlier = saving.draft === '' ? undefined : await db.operations.where({ draft: saving.draft }).first()
    const now = await db.replicas.get(earlier?.replica ?? replica.id)
    if (earlier !== undefined && now !== undefined) return { chain: chainOf(now), counter: earlier.counter, caseId: earlier.caseId, again: true }
    if (now === undefined || now.counter !== replica.counter || now.lastHash !== replica.lastHash || now.successor !== '') return 'taken'
    const next = { ...now, counter: row.counter, lastHash: row.hash, oldest: now.oldest || row.counter }
    await db.operations.add(row)
    await db.replicas.put(next)
    await namePhotos(store, row)
    if (saving.draft !== '') await db.drafts.delete(saving.draft)
    if (decision !== '') await db.decisions.delete(decision)
    const { corrects } = saving
    if (corrects !== undefined) await db.operations.update([corrects.replica, corrects.counter], { corrected: true })
    return { chain: chainOf(next), counter: row.counter, caseId: row.caseId, again: false }
  })
}

/** The operation's photos and their previews leave the draft and wait. One that is on its way or there already stays so. */
async function namePhotos({ db }: Store, row: OperationRow): Promise<void> {
  const { person, replica, counter, caseId, draft } = row
  const named = new Set(row.photos)
  const rows = await db.photos.where({ person }).filter((photo) => named.has(photo.of)).toArray()
  await db.photos.bulkPut(
    rows.map((photo): PhotoRow => {
      const drafts = photo.drafts.filter((id) => id !== draft)
      const idle = photo.stage === 'draft' || photo.stage === 'refused' || photo.stage === 'released'
      return idle ? { ...photo, stage: 'waiting', replica, counter, caseId, drafts } : { ...photo, drafts }
    }),
  )
}

/** The place that an operation's text is sealed for. */
export function placeOf({ replica, counter }: { readonly replica: string; readonly counter: number }): string {
  return `operation ${replica} ${counter}`
}

export function openOperation({ seal }: Store, row: Pick<OperationRow, 'person' | 'purpose' | 'replica' | 'counter' | 'sealed'>): Promise<string> {
  return seal.openText(row.person, row.purpose, placeOf(row), row.sealed)
}

/** Operations of a replica from a counter on, without holes; fewer where there are no more that are signed. */
export async function loadOperations(store: Store, replica: string, from: number, limit: number): Promise<Waiting[]> {
  const rows = await read(store.db, () =>
    store.db.operations.where('[replica+counter]').between([replica, from], [replica, Infinity], true, true).limit(limit).toArray(),
  )
  const found: Waiting[] = []
  for (const row of rows) {
    const last = found[found.length - 1]
    if (row.signature === '' || (last !== undefined && row.counter !== last.counter + 1)) break
    const { counter, hash, signature, receipt = row.answer } = row
    const text = await openOperation(store, row).catch(() => null) // behind the lock of somebody who is not here
    if (text === null) break
    found.push({ counter, hash, text, signature, ...(receipt && { receipt }) })
  }
  return found
}

/** Signs what was saved without a signature: the page was killed in between, or signing failed. */
export async function repairSignatures(store: Store, sign: (keys: CryptoKeyPair, hash: string) => Promise<string>): Promise<number> {
  const { db } = store
  const rows = await read(db, () => db.operations.where({ state: 'waiting' }).filter((row) => row.signature === '').toArray())
  for (const row of rows) {
    const replica = await db.replicas.get(row.replica)
    if (replica === undefined) continue
    const signature = await sign(replica.keys, row.hash)
    await write(db, [db.operations], () => db.operations.update([row.replica, row.counter], { signature }))
  }
  return rows.length
}
