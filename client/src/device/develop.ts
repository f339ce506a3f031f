// Makes a stored photograph of a file: what it is, its hash, what it says of itself, and a small picture of it. The bytes
// are never changed (L7).

import { bytesToHex } from '@noble/hashes/utils.js'
import { Fault } from '@shared/fault'
import { maxPhotoBytes, maxPreviewBytes } from '@shared/types.gen'
import type { Exif } from '@shared/types.gen'
import { inspect, type PhotoType, type Seen } from './inspect'

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

/** Types that are kept as they are, without a preview, where this browser cannot decode them. */
const keptUnseen: ReadonlySet<PhotoType> = new Set(['image/heic', 'image/heif', 'image/avif'])

/** Pixels of a photograph that is decoded here; a browser takes four bytes for each, and a phone has few to spare. */
const decodedPixels = 64_000_000

/**
 * What the centre could not open is refused here, where it can be taken again.
 * @param blind keeps it without decoding it, because decoding did not come to an end
 * @throws Fault photo.tooLarge or photo.damaged
 */
export async function develop(bytes: ArrayBuffer, room: Darkroom, blind = false): Promise<Developed> {
  if (bytes.byteLength > maxPhotoBytes) throw new Fault('photo.tooLarge', `${bytes.byteLength} bytes`)
  const seen = inspect(bytes)
  if (seen === null) throw new Fault('photo.damaged', 'no whole photograph by its bytes')
  const exif = blind ? undefined : room.exif(bytes)
  const hashing = hashOf(bytes) // beside decoding: both take their time
  const picture = blind || seen.width * seen.height > decodedPixels ? null : await decode(bytes, seen, room)
  const known = { hash: await hashing, type: seen.type, bytes, ...(exif && { exif }) }
  if (picture === null) return { ...known, preview: null }
  try {
    return { ...known, width: picture.width, height: picture.height, preview: await makePreview(picture) }
  } finally {
    picture.close()
  }
}

/** null for a type that browsers may not know; everything else must come out. */
async function decode(bytes: ArrayBuffer, { type }: Seen, room: Darkroom): Promise<Picture | null> {
  try {
    return await room.decode(bytes, type)
  } catch (error) {
    if (keptUnseen.has(type)) return null
    throw new Fault('photo.damaged', String(error))
  }
}

/** Ways to make it small enough, the best first: longest side in pixels, JPEG quality. */
const attempts: readonly (readonly [number, number])[] = [[320, 0.7], [320, 0.5], [320, 0.35], [256, 0.5], [256, 0.3], [192, 0.4], [128, 0.3], [64, 0.3]]

async function makePreview(picture: Picture): Promise<Developed['preview']> {
  for (const [longest, quality] of attempts) {
    const bytes = await picture.draw(longest, quality).catch(() => null) // short of memory: the original is what counts
    if (bytes === null) break
    if (isJpeg(bytes) && bytes.byteLength <= maxPreviewBytes) return { hash: await hashOf(bytes), bytes }
  }
  return null
}

/** A browser that cannot write a type gives another one and says nothing. */
function isJpeg(bytes: ArrayBuffer): boolean {
  const [first, second] = new Uint8Array(bytes)
  return first === 0xff && second === 0xd8
}

/** The browser's own SHA-256: off this thread, and faster than one written in JavaScript. */
async function hashOf(bytes: ArrayBuffer): Promise<string> {
  return bytesToHex(new Uint8Array(await crypto.subtle.digest('SHA-256', bytes)))
}
