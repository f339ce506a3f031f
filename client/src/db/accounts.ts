// Receipts of the centre, and what this phone holds as acknowledged, read from rows alone.

import type { Receipt, Receipted, SignedReceipt } from '@shared/types.gen'
import type { Answer } from '@sync/wire/types.gen'
import { parseReceipt } from '@shared/receipt'
import { read, write } from './database'
import { type OperationRow, type PhotoRow, type ReceiptRow, settled } from './rows'
import type { Store } from './store'

/** One operation that this phone holds as acknowledged, with the photos of it that it holds as acknowledged. */
export interface Acknowledged extends Receipted {
  readonly case: string
  readonly gone?: boolean
  readonly gonePhotos?: readonly string[]
  readonly answer?: Answer
}

/** What a person's rows say. */
interface Rows {
  readonly operations: readonly OperationRow[]
  readonly photos: ReadonlyMap<string, PhotoRow>
  readonly receipts: readonly ReceiptRow[]
}

function rowsOf({ db }: Store, person: string): Promise<Rows> {
  return read(db, () => db.transaction('r', [db.operations, db.photos, db.receipts], async () => {
    const [operations, photos, receipts] = await Promise.all([db.operations.where({ person }).toArray(), db.photos.where({ person }).toArray(), db.receipts.where({ person }).toArray()])
    return { operations, photos: new Map(photos.map((row) => [row.hash, row])), receipts }
  }))
}

/** What the phone holds as acknowledged of a person, by replica in order of counters: by its rows, and what receipts name beyond them. */
export async function acknowledged(store: Store, person: string): Promise<Map<string, Acknowledged[]>> {
  const { operations, photos, receipts } = await rowsOf(store, person)
  const found = new Map<string, Map<number, Acknowledged>>()
  const put = (one: Acknowledged) => found.set(one.replica, (found.get(one.replica) ?? new Map<number, Acknowledged>()).set(one.counter, one))
  const held = new Set(operations.map(keyOf))
  for (const row of operations) if (row.answer !== undefined) put(claimOf(row, row.answer, photos))
  for (const row of receipts) {
    for (const one of parseReceipt(row.text).operations) {
      if (held.has(keyOf(one))) continue
      const named = (one.photos ?? []).filter((hash) => (photos.get(hash)?.stage ?? 'sent') === 'sent')
      put({ ...one, case: row.caseId, gone: true, ...photosOf(named, photos) })
    }
  }
  return new Map([...found].map(([replica, list]) => [replica, [...list.values()].sort((a, b) => a.counter - b.counter)]))
}

function claimOf(row: OperationRow, answer: Answer, photos: Rows['photos']): Acknowledged {
  const { replica, counter, hash, caseId } = row
  const sent = answer.outcome === 'refused' ? [] : row.photos.filter((photo) => photos.get(photo)?.stage === 'sent')
  return { replica, counter, hash, outcome: answer.outcome, case: caseId, answer, ...photosOf(sent, photos) }
}

function photosOf(hashes: readonly string[], photos: Rows['photos']): Pick<Acknowledged, 'photos' | 'gonePhotos'> {
  const sorted = [...new Set(hashes)].sort()
  const gone = sorted.filter((hash) => photos.get(hash)?.held !== true)
  return { ...(sorted.length > 0 && { photos: sorted }), ...(gone.length > 0 && { gonePhotos: gone }) }
}

function keyOf({ replica, counter }: { readonly replica: string; readonly counter: number }): string {
  return `${replica}/${counter}`
}

/** Cases of which nothing waits any more and whose receipt does not cover all that was acknowledged. */
export async function receiptsWanted(store: Store, person: string): Promise<string[]> {
  const { operations, photos, receipts } = await rowsOf(store, person)
  const unsettled = new Set([...photos.values()].filter(({ stage }) => !settled.includes(stage)).map(({ caseId }) => caseId))
  const covered = new Set(receipts.flatMap(({ text }) => parseReceipt(text).operations.flatMap(marksOf)))
  const byCase = new Map<string, OperationRow[]>()
  for (const row of operations) byCase.set(row.caseId, [...(byCase.get(row.caseId) ?? []), row])
  return [...byCase].filter(([id, rows]) => {
    if (unsettled.has(id) || rows.some(({ state }) => state === 'waiting')) return false
    const mine = rows.flatMap((row) => (row.answer === undefined || row.answer.outcome === 'refused' ? [] : [claimOf(row, row.answer, photos)]))
    return mine.flatMap(marksOf).some((mark) => !covered.has(mark))
  }).map(([id]) => id)
}

/** What a receipt promises of one operation, word by word. */
function marksOf(one: Receipted): string[] {
  const name = `${keyOf(one)} ${one.hash}`
  return [`${name} ${one.outcome}`, ...(one.photos ?? []).map((photo) => `${name} ${photo}`)]
}

/**
 * Keeps a receipt whose signature held. One that is there gives way only to another that promises all of it: after a restore the centre
 * may have less than it signed for, and that is when the receipt counts (R50). Says whether it was kept.
 */
export async function keepReceipt({ db }: Store, person: string, receipt: Receipt, signed: SignedReceipt, key: string): Promise<boolean> {
  return write(db, [db.receipts], async () => {
    const before = await db.receipts.get([person, receipt.case])
    if (before !== undefined) {
      const promised = new Set(receipt.operations.flatMap(marksOf))
      if (!parseReceipt(before.text).operations.flatMap(marksOf).every((mark) => promised.has(mark))) return false
    }
    await db.receipts.put({ person, caseId: receipt.case, text: signed.text, signature: signed.signature, key, at: receipt.at })
    return true
  })
}

export function receiptOf({ db }: Store, person: string, caseId: string): Promise<ReceiptRow | undefined> {
  return read(db, () => db.receipts.get([person, caseId]))
}

/** Photos that the centre does not have although it said so: they go again where they are still here, and are lost where not. */
export function sendAgain({ db }: Store, person: string, hashes: readonly string[]): Promise<void> {
  return write(db, [db.photos], async () => {
    for (const row of await db.photos.bulkGet(hashes.map((hash): [string, string] => [person, hash]))) {
      if (row?.stage !== 'sent') continue
      await db.photos.put({ ...row, stage: row.held ? 'named' : 'lost', url: '' })
    }
  })
}

/** Those of the photos that are not back at the centre yet, and whether they go by themselves. */
export async function stillAway({ db }: Store, person: string, hashes: readonly string[]): Promise<Map<string, boolean>> {
  const rows = await read(db, () => db.photos.bulkGet(hashes.map((hash): [string, string] => [person, hash])))
  return new Map(rows.flatMap((row) => (row === undefined || row.stage === 'sent' || row.stage === 'released' ? [] : [[row.hash, row.held] as const])))
}
