// A phone without a line: everything unsent of all its people leaves in one file that any colleague's phone can bring to the
// centre. What leaves stays here until the server acknowledged it.

import { handoverText, uploadText } from '@shared/body'
import { Fault } from '@shared/fault'
import { maxHandoverBytes, version } from '@sync/wire/types.gen'
import type { Handover, HandoverFile, Push } from '@sync/wire/types.gen'
import { meta } from '../db/documents'
import { type Handing, unsent } from '../db/handovers'
import { repairSignatures } from '../db/operations'
import { openFile } from '../db/photos'
import { replicasInUse } from '../db/replicas'
import type { OperationRow, PhotoRow, ReplicaRow } from '../db/rows'
import type { Store } from '../db/store'
import { signOperation } from './operation'
import { type Bytes, headFor, hex, join, Sealing } from './sealing'
import { sign } from './signature'

/** Where the centre's key is kept since the last contact. */
const centreKey = 'handover'

export interface Made {
  readonly file: Blob
  readonly at: number
  /** The replica that signed it. */
  readonly replica: string
  readonly operations: readonly OperationRow[]
  readonly photos: readonly PhotoRow[]
  /** Photos and voice notes for which there was no room in this file. */
  readonly left: number
}

/** Room for photographs in one file. */
const mostBytes = maxHandoverBytes - (64 << 20)

/** @throws Fault handover.noKey where the phone never heard the centre's key, handover.unknownPhone where the centre knows no replica of it */
export async function makeHandover(store: Store, person: string, now: number, progress: (done: number, all: number) => void, most = mostBytes): Promise<Made> {
  const centre = await meta<string>(store, centreKey)
  if (centre === null) throw new Fault('handover.noKey')
  const signer = (await replicasInUse(store, person)).find((row) => row.enrolled)
  if (signer === undefined) throw new Fault('handover.unknownPhone')
  await repairSignatures(store, signOperation).catch(() => 0)
  const { operations, photos } = await unsent(store)
  const signed = wholeChains(operations)
  const fitting = fit(photos, most)
  const files = await filesOf(store, fitting)
  const contents: Handover = { v: version, replica: signer.id, at: now, pushes: signed.map(pushOf), files }
  const file = await seal(store, decode(centre), signer, contents, fitting, progress)
  return { file, at: now, replica: signer.id, operations: signed.map(({ row }) => row), photos: fitting, left: count(photos) - count(fitting) }
}

/** Without what stands behind an operation that could not be signed: a chain is taken in order. */
function wholeChains(operations: readonly Handing[]): Handing[] {
  const broken = new Set<string>()
  return operations.filter(({ row }) => {
    if (row.signature === '') broken.add(row.replica)
    return !broken.has(row.replica)
  })
}

/** Each alone with its own signature: one that cannot be taken never holds up its neighbours (R24). */
function pushOf({ row, text, oldest }: Handing): Push {
  const receipt = row.receipt ?? row.answer
  return { t: 'push', replica: row.replica, first: row.counter, oldest, operations: [text], signature: row.signature, ...(receipt && { receipts: [receipt] }) }
}

/** What there is room for, in order; what does not fit goes in the next file. */
function fit(photos: readonly PhotoRow[], most: number): PhotoRow[] {
  let used = 0
  return photos.filter(({ size }) => (used += size) <= most)
}

function count(photos: readonly PhotoRow[]): number {
  return photos.filter(({ kind }) => kind !== 'preview').length
}

async function filesOf(store: Store, photos: readonly PhotoRow[]): Promise<HandoverFile[]> {
  const replicas = new Map((await store.db.replicas.toArray()).map((row) => [row.id, row]))
  const files: HandoverFile[] = []
  for (const { replica, hash, size, kind } of photos) {
    const row = replicas.get(replica)
    if (row === undefined) throw new Error(`hand over photo ${hash}: its replica is gone`)
    files.push({ replica, hash, size, ...(kind === 'preview' && { preview: true }), proof: await sign(row.keys, uploadText(hash)) })
  }
  return files
}

async function seal(store: Store, centre: Bytes, signer: ReplicaRow, contents: Handover, photos: readonly PhotoRow[], progress: (done: number, all: number) => void): Promise<Blob> {
  const { head, key } = await headFor(centre)
  const text = new TextEncoder().encode(JSON.stringify(contents))
  const signature = new TextEncoder().encode(await sign(signer.keys, handoverText(hex(head), hex(text))))
  const length = new Uint8Array(4)
  new DataView(length.buffer).setUint32(0, text.length)
  const sealing = new Sealing(head, key)
  await sealing.add(join([length, text, signature]))
  const all = photos.reduce((sum, { size }) => sum + size, text.length)
  let done = text.length
  progress(done, all)
  for (const { person, hash, size } of photos) {
    const opened = await openFile(store, person, hash)
    if (opened?.bytes.byteLength !== size) throw new Fault('photo.notHere', `photo ${hash} is gone from the phone`)
    await sealing.add(new Uint8Array(opened.bytes))
    done += size
    progress(done, all)
  }
  return sealing.end()
}

function decode(base64url: string): Bytes {
  return Uint8Array.from(atob(base64url.replaceAll('-', '+').replaceAll('_', '/')), (character) => character.charCodeAt(0))
}
