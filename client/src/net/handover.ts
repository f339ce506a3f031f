// Brings a colleague's hand-over file to the centre, slice by slice: a cut line costs one slice, and the slices grow with the line.

import { ask } from './request'
import { Fault } from '@shared/fault'
import { handoverSliceBytes } from '@sync/wire/types.gen'

export interface Counts {
  readonly taken: number
  readonly had: number
  readonly refused: number
  /** Cannot be taken yet: what came before it on its phone is not at the centre. */
  readonly waiting: number
}

export interface Outcome {
  readonly records: Counts
  readonly photos: Counts
  /** Codes of the catalogue. */
  readonly faults: readonly string[]
  /** The centre keeps the file until what waits can be taken. */
  readonly parked?: boolean
}

type Answer = { readonly have: number } & Partial<Outcome>

const firstSlice = 256 << 10
const patienceMs = 180_000
/** A slice that took less than this may be twice as long the next time. */
const quickMs = 3_000

/**
 * @param id names this file for this courier: with the same id it goes on where it was cut
 * @throws Fault; the handover ones are the file's, with the others the same file may be brought again
 */
export async function deliver(file: Blob, id: string, progress: (sent: number) => void, steady: () => number): Promise<Outcome> {
  if (file.size === 0) throw new Fault('handover.notOne', 'an empty file')
  let slice = firstSlice
  for (let at = 0; ; ) {
    const began = steady()
    const { have, records, photos, faults, parked = false } = await ask(
      `/api/handovers/${id}`,
      { method: 'PUT', file: file.slice(at, at + slice), headers: { 'Content-Range': `bytes ${at}/${file.size}`, 'Content-Type': 'application/octet-stream' }, patienceMs },
      async (response) => (await response.json()) as Answer,
    )
    if (records && photos && faults) return { records, photos, faults, parked }
    if (steady() - began < quickMs) slice = Math.min(2 * slice, handoverSliceBytes)
    if (have === at && have === file.size) throw new Fault('server.busy', 'it is whole and was not answered')
    at = have
    progress(at)
  }
}
