// A draft as it is kept, and what a screen sees of it.

import type { Fix, Photo, Reference, Voice } from '@shared/types.gen'
import type { StoredDraft } from '../db/drafts'
import type { Developed } from '../device/develop'
import type { Draft, DraftPhoto } from './contract'

/** A draft as it is kept: photographs and voice notes as the operation will describe them. */
export interface DraftFields {
  readonly kind: Draft['kind']
  readonly caseId: string
  readonly photos: readonly Photo[]
  /** Absent in drafts of versions that knew no voice notes. */
  readonly voices?: readonly Voice[]
  readonly category: string
  readonly description: string
  readonly address: string
  readonly pin: string
  readonly words: string
  readonly startedAt: number
  readonly corrects?: Reference
}

export type Open = StoredDraft<DraftFields>

/** A photograph as the operation will describe it. `fix` and `heading` are those of the shutter, null where there were none. */
export interface Taken {
  readonly origin: Photo['origin']
  readonly part: Photo['part']
  readonly fix: Fix | null
  readonly heading: number | null
  readonly takenAt: number
}

export function describe(developed: Developed, taken: Taken): Photo {
  const { hash, type, bytes, width, height, exif, preview } = developed
  const { origin, part, fix, heading } = taken
  return {
    hash, size: bytes.byteLength, type, origin, part,
    ...(width !== undefined && height !== undefined && { width, height }),
    ...(preview && { preview: { hash: preview.hash, size: preview.bytes.byteLength } }),
    takenAt: origin === 'gallery' ? (exif?.at ?? taken.takenAt) : taken.takenAt,
    ...(fix && { fix }),
    ...(heading !== null && { heading }),
    ...(exif && { exif }),
  }
}

/** The photos with one more: in the place of the one that it replaces, else behind the others. The same bytes stand there once. */
export function placed(photos: readonly Photo[], photo: Photo, replaces: string | undefined): Photo[] {
  const others = photos.filter((one) => one.hash !== photo.hash || one.hash === replaces)
  const stays = others.some((one) => one.hash === replaces)
  return stays ? others.map((one) => (one.hash === replaces ? photo : one)) : [...others, photo]
}

export function filesOf({ hash, type, bytes, preview }: Developed) {
  const original = { hash, kind: 'original' as const, of: hash, type, bytes }
  return preview === null ? [original] : [original, { hash: preview.hash, kind: 'preview' as const, of: hash, type: 'image/jpeg', bytes: preview.bytes }]
}

export function draftPhoto({ hash, part, origin, size, type, takenAt, heading }: Photo, urls: ReadonlyMap<string, string | null>): DraftPhoto {
  return { hash, part, origin, size, type, takenAt, heading: heading ?? null, preview: urls.get(hash) ?? null }
}

export function viewOf({ id, fields }: Open, urls: ReadonlyMap<string, string | null>): Draft {
  const { corrects, photos, voices = [], ...rest } = fields
  return { id, ...rest, voices, photos: photos.map((photo) => draftPhoto(photo, urls)), corrects: corrects === undefined ? '' : `${corrects.replica}/${corrects.counter}` }
}

export function holdsSomething({ photos, voices = [], category, description, address, words, kind }: DraftFields): boolean {
  const typed = kind === 'resubmit' ? [words] : [category, description, address, words]
  return photos.length + voices.length > 0 || typed.some((text) => text.trim() !== '')
}
