// Makes a stored photograph of a file: what it is, its hash, what it says of itself, and a small picture of it. The bytes
// are never changed (L7).

import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex } from '@noble/hashes/utils.js'
import { Fault } from '@shared/fault'
import { maxPhotoBytes, maxPreviewBytes } from '@shared/types.gen'
import type { Exif } from '@shared/types.gen'
import { isKeptUnseen, kindOf, type PhotoType } from './kind'

/** A decoded photograph that can be drawn small. */
export interface Picture {
  readonly width: number
  readonly height: number
  /** A JPEG whose longer side has at most that many pixels. */
  draw(longest: number, quality: number): Promise<ArrayBuffer>
  close(): void
}

export interface Darkroom {
  /** Rejects what the browser cannot decode. */
  decode(bytes: ArrayBuffer, type: PhotoType): Promise<Picture>
  exif(bytes: ArrayBuffer): Exif | undefined
}

export interface Developed {
  readonly hash: string
  readonly type: PhotoType
  readonly bytes: ArrayBuffer
  /** Pixels upright; absent where it cannot be decoded here. */
  readonly width?: number
  readonly height?: number
  readonly exif?: Exif
  readonly preview: { readonly hash: string; readonly bytes: ArrayBuffer } | null
}

/** @throws Fault photo.tooLarge or photo.damaged */
export async function develop(bytes: ArrayBuffer, room: Darkroom): Promise<Developed> {
  if (bytes.byteLength > maxPhotoBytes) throw new Fault('photo.tooLarge', `${bytes.byteLength} bytes`)
  const type = kindOf(bytes)
  if (type === null) throw new Fault('photo.damaged', 'no photograph by its first bytes')
  if (type === 'image/jpeg' && !endsAsJpeg(bytes)) throw new Fault('photo.damaged', 'the file ends too early')
  const exif = room.exif(bytes)
  const known = { hash: hashOf(bytes), type, bytes, ...(exif && { exif }) }
  let picture: Picture
  try {
    picture = await room.decode(bytes, type)
  } catch (error) {
    if (isKeptUnseen(type)) return { ...known, preview: null }
    throw new Fault('photo.damaged', String(error))
  }
  try {
    return { ...known, width: picture.width, height: picture.height, preview: await makePreview(picture) }
  } finally {
    picture.close()
  }
}

/** Ways to make it small enough, the best first: longest side in pixels, JPEG quality. */
const attempts: readonly (readonly [number, number])[] = [[320, 0.7], [320, 0.5], [320, 0.35], [256, 0.5], [256, 0.3], [192, 0.4], [128, 0.3], [64, 0.3]]

async function makePreview(picture: Picture): Promise<Developed['preview']> {
  for (const [longest, quality] of attempts) {
    const bytes = await picture.draw(longest, quality)
    if (kindOf(bytes) === 'image/jpeg' && bytes.byteLength <= maxPreviewBytes) return { hash: hashOf(bytes), bytes }
  }
  return null
}

/**
 * Whether a JPEG's image data comes to an end: browsers draw a cut one with a grey rest and say nothing. What follows the
 * end mark (other pictures, a maker's notes) is nobody's business here.
 */
function endsAsJpeg(bytes: ArrayBuffer): boolean {
  const data = new Uint8Array(bytes)
  for (let at = data.length - 2; at > 1; at--) if (data[at] === 0xff && data[at + 1] === 0xd9) return afterScan(data, at)
  return false
}

/** Whether the end mark stands behind the picture's own scan, not in a thumbnail within the header. */
function afterScan(data: Uint8Array, end: number): boolean {
  let at = 2
  while (at + 4 <= data.length && data[at] === 0xff) {
    const marker = data[at + 1] ?? 0
    if (marker === 0xda) return end > at
    at += marker === 0xff ? 1 : 2 + (((data[at + 2] ?? 0) << 8) | (data[at + 3] ?? 0))
  }
  return false
}

function hashOf(bytes: ArrayBuffer): string {
  return bytesToHex(sha256(new Uint8Array(bytes)))
}
