// What the capture screen does with photographs, without a screen: into a draft's storage first, then named by an operation.

import type { Fix, Photo } from '@shared/types.gen'
import { addToDraft } from '../src/db/drafts'
import type { Developed } from '../src/device/develop'
import type { Device } from './device'

/** One press of the shutter. */
export interface Shot {
  readonly developed: Developed
  readonly part: Photo['part']
  readonly origin: Photo['origin']
  readonly takenAt: number
  readonly fix: Fix | null
}

/** Stores the shots in a draft, one transaction each, and describes them as the operation will. */
export async function photograph({ phone, store }: Device, draft: string, shots: readonly Shot[]): Promise<Photo[]> {
  const person = phone.person.value?.id
  if (person === undefined) throw new Error('nobody is signed in on this phone')
  const photos: Photo[] = []
  for (const shot of shots) {
    photos.push(describe(shot))
    await phone.withRoom(() => addToDraft(store, person, { id: draft, at: phone.clock.now(), fields: { photos } }, filesOf(shot.developed)))
  }
  return photos
}

function describe({ developed: { hash, type, bytes, width, height, exif, preview }, part, origin, takenAt, fix }: Shot): Photo {
  return {
    hash, size: bytes.byteLength, type, origin, part, takenAt,
    ...(width !== undefined && height !== undefined && { width, height }),
    ...(preview && { preview: { hash: preview.hash, size: preview.bytes.byteLength } }),
    ...(fix && { fix }),
    ...(exif && { exif }),
  }
}

function filesOf({ hash, type, bytes, preview }: Developed) {
  const original = { hash, kind: 'original' as const, of: hash, type, bytes }
  return preview === null ? [original] : [original, { hash: preview.hash, kind: 'preview' as const, of: hash, type: 'image/jpeg', bytes: preview.bytes }]
}
