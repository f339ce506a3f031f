// Photographs with their previews, and voice notes: bytes sealed for delivery, one photograph or note a transaction, let go only after the server
// acknowledged their hash (L8).

import type { Arrival, Case } from '@shared/types.gen'
import { read, write } from './database'
import { onTheWay, type PhotoRow, type Sealed } from './rows'
import type { Store } from './store'

/** One file to store: an original, the preview of one, or a voice note. */
export interface File {
  readonly hash: string
  readonly kind: PhotoRow['kind']
  readonly of: string
  readonly type: string
  readonly bytes: ArrayBuffer
}

export interface SealedFile {
  readonly file: Omit<File, 'bytes'>
  readonly size: number
  readonly sealed: Sealed
}

export async function sealFile({ seal }: Store, person: string, { bytes, ...file }: File): Promise<SealedFile> {
  return { file, size: bytes.byteLength, sealed: await seal.close(person, 'delivery', placeOf(file.hash), bytes) }
}

function placeOf(hash: string): string {
  return `photo ${hash}`
}

/** Puts a sealed file into a draft; runs inside the caller's transaction. A file that is there already joins the draft. */
export async function addFile({ db }: Store, person: string, draft: string, now: number, { file, size, sealed }: SealedFile): Promise<void> {
  const there = await db.photos.get([person, file.hash])
  const fresh = { person, replica: '', counter: 0, caseId: '', savedAt: now, url: '', stage: 'draft' as const, drafts: [], held: false }
  const row: PhotoRow = { ...fresh, ...there, ...file, size }
  const stage = row.stage === 'released' ? 'draft' : row.stage
  await db.photos.put({ ...row, stage, held: true, drafts: [...row.drafts.filter((id) => id !== draft), draft] })
  await db.bytes.put({ person, hash: file.hash, sealed })
}

/** Takes a photograph and its preview out of a draft; runs inside the caller's transaction. */
export async function dropFile({ db }: Store, person: string, draft: string, of: string): Promise<void> {
  const rows = await db.photos.where({ person }).filter((row) => row.of === of && row.drafts.includes(draft)).toArray()
  for (const row of rows) {
    const drafts = row.drafts.filter((id) => id !== draft)
    if (drafts.length > 0 || row.stage !== 'draft') await db.photos.put({ ...row, drafts })
    else {
      await db.photos.delete([person, row.hash])
      await db.bytes.delete([person, row.hash])
    }
  }
}

/** The bytes of a photograph that this person made here; null where they are gone. */
export async function openFile({ db, seal }: Store, person: string, hash: string): Promise<{ bytes: ArrayBuffer; type: string } | null> {
  const [row, photo] = await read(db, () => Promise.all([db.bytes.get([person, hash]), db.photos.get([person, hash])]))
  if (row === undefined || photo === undefined) return null
  return { bytes: await seal.open(person, 'delivery', placeOf(hash), row.sealed), type: photo.type }
}

export function photosOf({ db }: Store, person: string): Promise<PhotoRow[]> {
  return read(db, () => db.photos.where({ person }).toArray())
}

/** What may be sent now, of all people of this phone: previews first, then the oldest (L9). */
export async function photosToSend({ db }: Store): Promise<PhotoRow[]> {
  const rows = await read(db, () => db.photos.where({ stage: 'named' }).toArray())
  return inOrder(rows)
}

function inOrder(rows: PhotoRow[]): PhotoRow[] {
  return rows.sort((a, b) => Number(a.kind !== 'preview') - Number(b.kind !== 'preview') || a.savedAt - b.savedAt)
}

/** What a hand-over file can hold of all people of this phone, also what waits for its record: previews first, then the oldest. */
export async function photosToHand({ db }: Store): Promise<PhotoRow[]> {
  const rows = await db.photos.where('stage').anyOf(onTheWay).filter(({ held }) => held).toArray()
  return inOrder(rows)
}

/** Remembers where an upload goes on; '' begins it anew. */
export async function noteUpload({ db }: Store, person: string, hash: string, url: string): Promise<void> {
  await write(db, [db.photos], () => db.photos.update([person, hash], { url }))
}

/**
 * What cases say of the person's photos: those that the server lost go again where the phone still holds them, and are lost
 * where it does not; lost ones that are there again were sent (R44). Runs inside the caller's transaction.
 */
export async function heedLosses({ db }: Store, person: string, cases: readonly Case[]): Promise<void> {
  const arrivals = new Map<string, Arrival>()
  for (const { hash, here, preview, previewHere } of cases.flatMap((c) => c.photos ?? [])) {
    arrivals.set(hash, here)
    if (preview && previewHere) arrivals.set(preview.hash, previewHere)
  }
  for (const { hash, here } of cases.flatMap((c) => c.voices ?? [])) arrivals.set(hash, here)
  const known = [...arrivals].filter(([, here]) => here === 'lost' || here === 'here').map(([hash]): [string, string] => [person, hash])
  for (const row of await db.photos.bulkGet(known)) {
    if (row === undefined) continue
    const lost = arrivals.get(row.hash) === 'lost'
    if (lost && row.stage === 'sent') await db.photos.put({ ...row, stage: row.held ? 'named' : 'lost', url: '' })
    if (!lost && row.stage === 'lost') await db.photos.put({ ...row, stage: 'sent' })
  }
}

/** The person lets a damaged or lost photograph or voice note go: its bytes leave the phone. */
export async function releasePhoto({ db }: Store, person: string, hash: string): Promise<void> {
  await write(db, [db.photos, db.bytes], async () => {
    const row = await db.photos.get([person, hash])
    if (row?.stage !== 'damaged' && row?.stage !== 'lost') return
    await db.photos.put({ ...row, stage: 'released', held: false })
    await db.bytes.delete([person, hash])
  })
}

/**
 * Frees bytes of originals and voice notes that the server acknowledged until `bytes` are free, those that a proven backup holds and the
 * oldest first. Previews stay. Returns what it freed.
 */
export async function makeRoom({ db }: Store, bytes: number): Promise<number> {
  const [photos, replicas] = await read(db, () => Promise.all([db.photos.where({ stage: 'sent' }).toArray(), db.replicas.toArray()]))
  const backed = new Map(replicas.map((row) => [row.id, row.backedUp]))
  const unproven = (row: PhotoRow) => Number(row.counter > (backed.get(row.replica) ?? 0))
  const sent = photos.filter((row) => row.held && row.kind !== 'preview' && row.drafts.length === 0)
  sent.sort((a, b) => unproven(a) - unproven(b) || a.savedAt - b.savedAt)
  let freed = 0
  for (const { person, hash, size } of sent) {
    if (freed >= bytes) break
    await write(db, [db.photos, db.bytes], async () => {
      const now = await db.photos.get([person, hash])
      if (now?.stage !== 'sent') return
      await db.photos.put({ ...now, held: false })
      await db.bytes.delete([person, hash])
      freed += size
    })
  }
  return freed
}
