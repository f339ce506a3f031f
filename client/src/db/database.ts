// The phone's database. Every transaction that writes is strict: when it is reported done, it is on the disk (L1).

import Dexie, { type EntityTable, type Table, type Transaction } from 'dexie'
import { Fault } from '@shared/fault'
import type { BytesRow, CaseRow, DecisionRow, DocumentRow, DraftRow, KeyRow, MetaRow, OperationRow, PhotoRow, PlaceRow, ReceiptRow, ReplicaRow, ViewRow } from './rows'

export class Database extends Dexie {
  declare keys: Table<KeyRow, [string, string]>
  declare replicas: EntityTable<ReplicaRow, 'id'>
  declare operations: Table<OperationRow, [string, number]>
  declare photos: Table<PhotoRow, [string, string]>
  declare bytes: Table<BytesRow, [string, string]>
  declare cases: Table<CaseRow, [string, string]>
  declare drafts: EntityTable<DraftRow, 'id'>
  declare decisions: EntityTable<DecisionRow, 'id'>
  declare documents: Table<DocumentRow, [string, string]>
  declare views: Table<ViewRow, [string, string]>
  declare places: EntityTable<PlaceRow, 'person'>
  declare receipts: Table<ReceiptRow, [string, string]>
  declare meta: EntityTable<MetaRow, 'name'>

  constructor(name: string) {
    super(name, { chromeTransactionDurability: 'strict' })
    this.version(1).stores({
      keys: '[person+purpose]',
      replicas: 'id, person',
      operations: '[replica+counter], state, [person+state], [person+seq], draft',
      photos: '[person+hash], [person+stage], stage, [replica+counter]',
      bytes: '[person+hash]',
      cases: '[person+id], [person+id+stamp]',
      drafts: 'id, person',
      documents: '[person+name]',
      views: '[person+name], [usedAt+size+person+name]',
      places: 'person',
      meta: 'name',
    })
    // A page of an earlier version that is still open goes on as it is: it knows nothing of this table.
    this.version(2).stores({ decisions: 'id, person' })
    this.version(3).stores({ receipts: '[person+caseId]' })
  }
}

/** Writes in one strict transaction. @throws Fault storage.full; nothing of it is stored then. */
export function write<T>(db: Database, tables: readonly Table[], work: (transaction: Transaction) => Promise<T>): Promise<T> {
  return again(db, () => db.transaction('rw', [...tables], work))
}

/** Reads, and reads again where the browser lost the connection to the database, as iOS does after it slept. */
export function read<T>(db: Database, work: () => Promise<T>): Promise<T> {
  return again(db, work)
}

async function again<T>(db: Database, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (!isLost(error)) throw faultOf(error)
  }
  try {
    db.close({ disableAutoOpen: false })
    await db.open()
    return await work()
  } catch (error) {
    throw faultOf(error)
  }
}

const lost = new Set(['DatabaseClosedError', 'InvalidStateError', 'UnknownError'])

function isLost(error: unknown): boolean {
  return names(error).some((name) => lost.has(name))
}

/** The fault that a storage error stands for; the error itself where it is none of the phone's room. */
function faultOf(error: unknown): unknown {
  if (error instanceof Fault || !names(error).includes('QuotaExceededError')) return error
  return new Fault('storage.full', String(error))
}

/** The names of an error and of those inside it. */
function names(error: unknown): string[] {
  const found: string[] = []
  for (let at = error, deep = 0; typeof at === 'object' && at !== null && deep < 5; deep++) {
    const { name, inner, failures } = at as { name?: unknown; inner?: unknown; failures?: unknown[] }
    if (typeof name === 'string') found.push(name)
    at = inner ?? failures?.[0]
  }
  return found
}
