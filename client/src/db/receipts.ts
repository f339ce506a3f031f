// What the server said of operations and photos, each answer in one strict transaction.

import type { Answer, Known } from '@sync/wire/types.gen'
import { dropLeft } from './cases'
import { read, write } from './database'
import type { OperationRow, OperationState, PhotoRow, ReplicaRow } from './rows'
import type { Store } from './store'

/** Stores receipts: the operations are acknowledged, and photos that an accepted one names may go (L9). */
export async function keepAnswers(store: Store, replica: string, answers: readonly Answer[]): Promise<void> {
  const { db } = store
  await write(db, [db.replicas, db.operations, db.photos], async () => {
    for (const answer of answers) {
      const row = await db.operations.get([replica, answer.counter])
      if (row === undefined || row.hash !== answer.hash) continue
      const state = stateOf(answer)
      await db.operations.put({ ...row, state, answer, seq: answer.seq })
      await releasePhotos(store, row, state)
    }
    const last = answers[answers.length - 1]
    const at = await db.replicas.get(replica)
    if (at === undefined || last === undefined || last.counter <= at.acked) return
    // Acknowledged up to here means that nothing before it still waits for its answer (L13).
    const between = db.operations.where('[replica+counter]').between([replica, at.acked], [replica, last.counter], false, true)
    if ((await between.filter((row) => row.answer === undefined).count()) > 0) return
    await db.replicas.put({ ...at, acked: last.counter, ackedHash: last.hash, enrolled: true, fault: '' })
  })
  const row = await read(db, () => db.replicas.get(replica))
  if (row !== undefined) await dropLeft(store, row.person)
}

function stateOf({ outcome, fault }: Answer): OperationState {
  return outcome === 'refused' && fault === 'operation.repeated' ? 'repeated' : outcome
}

async function releasePhotos({ db }: Store, { replica, counter }: OperationRow, state: OperationState): Promise<void> {
  await db.photos.where({ replica, counter }).modify((photo) => {
    if (photo.stage === 'waiting') Object.assign(photo, { stage: state === 'refused' ? 'refused' : 'named' })
  })
}

/**
 * How far the server knows each replica. Where it knows less than it acknowledged it was restored: what it lost waits again,
 * with the photos that are still here. What is past a revocation is left alone.
 */
export function keepKnown(store: Store, known: readonly Known[]): Promise<void> {
  const { db } = store
  return write(db, [db.replicas, db.operations, db.photos], async () => {
    for (const row of known) {
      const at = await db.replicas.get(row.replica)
      if (at === undefined) continue
      const fault = row.fault ?? ''
      const next = { ...at, fault, backedUp: row.backedUp, enrolled: fault !== 'replica.unknown' }
      const lower = fault !== 'replica.revoked' && row.counter < at.acked
      await db.replicas.put(lower ? { ...next, acked: row.counter, ackedHash: row.hash ?? '' } : next)
      if (lower) await waitAgain(store, at, row.counter)
    }
  })
}

async function waitAgain({ db }: Store, { id }: ReplicaRow, after: number): Promise<void> {
  const lost = [[id, after], [id, Infinity], false, true] as const
  await db.operations.where('[replica+counter]').between(...lost).modify((row) => {
    Object.assign(row, { state: 'waiting', seq: 0, receipt: row.answer })
    Reflect.deleteProperty(row, 'answer')
  })
  await db.photos.where('[replica+counter]').between(...lost).modify((photo) => {
    const going = photo.stage === 'named' || photo.stage === 'refused' || photo.stage === 'damaged'
    if (going || (photo.stage === 'sent' && photo.held)) Object.assign(photo, { stage: 'waiting', url: '' })
  })
}

/** The server named these photos as held, or as bytes that are no image: they are acknowledged (L8). */
export async function keepHeld(store: Store, person: string, here: readonly string[], damaged: readonly string[]): Promise<void> {
  const { db } = store
  await write(db, [db.photos], async () => {
    for (const [hashes, stage] of [[here, 'sent'], [damaged, 'damaged']] as const) {
      for (const hash of hashes) {
        await db.photos.where({ person, hash }).modify((photo: PhotoRow) => {
          if (photo.stage === 'named' || photo.stage === 'waiting') Object.assign(photo, { stage, url: '' })
        })
      }
    }
  })
  await dropLeft(store, person)
}
