// What bytes show of themselves by their headers, before any pixel is decoded: the twin of server/photo/inspect.go, so that
// what the centre would not open is told while the photograph can still be taken again. Time and memory do not depend on
// what the headers claim.

import { maxPhotoPixels } from '@shared/types.gen'

export type PhotoType = 'image/jpeg' | 'image/png' | 'image/webp' | 'image/heic' | 'image/heif' | 'image/avif'

export interface Seen {
  readonly type: PhotoType
  /** Pixels as stored, before any orientation. */
  readonly width: number
  readonly height: number
}

/** null for bytes that are no image, or one that is cut off, has no size or too many pixels. */
export function inspect(bytes: ArrayBuffer): Seen | null {
  try {
    const piece = new Piece(bytes)
    const type = sniff(piece)
    const { width, height } = looks[type](piece)
    return width < 1 || height < 1 || width * height > maxPhotoPixels ? null : { type, width, height }
  } catch (error) {
    if (error === noImage) return null
    throw error
  }
}

interface Extent {
  readonly width: number
  readonly height: number
}

/** Ends the look at bytes that are no whole image. */
const noImage = new Error('no whole image')

/** How many segments, chunks or boxes are walked at most. */
const maxPieces = 100_000

/** Reads numbers and names out of bytes; what is not wholly there ends the look. */
class Piece {
  readonly size: number
  private readonly view: DataView
  private readonly bytes: Uint8Array

  constructor(bytes: ArrayBuffer) {
    this.size = bytes.byteLength
    this.view = new DataView(bytes)
    this.bytes = new Uint8Array(bytes)
  }

  has(at: number, length: number): void {
    if (at + length > this.size) throw noImage
  }

  byte(at: number): number {
    this.has(at, 1)
    return this.view.getUint8(at)
  }

  short(at: number, little = false): number {
    this.has(at, 2)
    return this.view.getUint16(at, little)
  }

  word(at: number, little = false): number {
    this.has(at, 4)
    return this.view.getUint32(at, little)
  }

  /** A whole number of eight bytes; one that no file is as long as becomes Infinity or nearly so. */
  long(at: number): number {
    return this.word(at) * 2 ** 32 + this.word(at + 4)
  }

  text(at: number, length: number): string {
    this.has(at, length)
    return String.fromCharCode(...this.bytes.subarray(at, at + length))
  }

  /** Where a byte stands at or behind an offset. */
  next(at: number, what: number): number {
    const found = this.bytes.indexOf(what, at)
    if (found < 0) throw noImage
    return found
  }
}

/** The type that the first bytes claim. */
function sniff(piece: Piece): PhotoType {
  const head = piece.text(0, Math.min(piece.size, 16))
  if (head.startsWith('\xff\xd8\xff')) return 'image/jpeg'
  if (head.startsWith('\x89PNG\r\n\x1a\n')) return 'image/png'
  if (head.length < 16) throw noImage
  if (head.startsWith('RIFF') && head.slice(8, 12) === 'WEBP') return 'image/webp'
  if (head.slice(4, 8) === 'ftyp') return sniffBrands(piece)
  throw noImage
}

const heicBrands: readonly string[] = ['heic', 'heix', 'heim', 'heis', 'hevc', 'hevx', 'hevm', 'hevs']
const avifBrands: readonly string[] = ['avif', 'avis']
const heifBrands: readonly string[] = ['mif1', 'msf1', 'mif2']

/** Tells HEIF files apart by their major brand, then by those they are compatible with. */
function sniffBrands(piece: Piece): PhotoType {
  const length = piece.word(0)
  if (length < 16 || length > 4096) throw noImage
  const [major = '', , ...compatible] = piece.text(8, length - 8).match(/[^]{4}/g) ?? []
  const general = heifBrands.includes(major)
  for (const brand of [major, ...compatible]) {
    if (!general && brand !== major) continue
    if (avifBrands.includes(brand)) return 'image/avif'
    if (heicBrands.includes(brand)) return 'image/heic'
  }
  if (!general) throw noImage // a video, or something else in boxes
  return 'image/heif'
}

/** Walks the segments up to the picture data, and then searches for its end. */
function lookJpeg(piece: Piece): Extent {
  let extent: Extent = { width: 0, height: 0 }
  let at = 2
  for (let i = 0; i < maxPieces; i++) {
    const mark = piece.byte(at)
    const marker = piece.byte(at + 1)
    const length = piece.short(at + 2)
    // Left over of a segment that is longer than it says: decoders go on too.
    if (mark !== 0xff || marker === 0x00) at = piece.next(at + 1, 0xff)
    else if (marker === 0xff) at += 1
    else if (marker === 0xda) {
      if (extent.width === 0) throw noImage
      untilEnd(piece, at)
      return extent
    } else {
      if (marker === 0x01 || (marker >= 0xd0 && marker <= 0xd9) || length < 2) throw noImage
      if (marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc) {
        extent = { height: piece.short(at + 5), width: piece.short(at + 7) }
        piece.has(at + 4, 7)
      }
      at += 2 + length
    }
  }
  throw noImage
}

function untilEnd(piece: Piece, from: number): void {
  for (let at = piece.next(from + 2, 0xff); piece.byte(at + 1) !== 0xd9; at = piece.next(at + 1, 0xff));
}

/** Walks the chunks from IHDR to IEND. */
function lookPng(piece: Piece): Extent {
  let extent: Extent = { width: 0, height: 0 }
  let data = false
  let at = 8
  for (let i = 0; i < maxPieces; i++) {
    const length = piece.word(at)
    const kind = piece.text(at + 4, 4)
    if ((kind === 'IHDR') !== (i === 0)) throw noImage
    if (kind === 'IHDR') {
      if (length !== 13) throw noImage
      extent = { width: piece.word(at + 8), height: piece.word(at + 12) }
      piece.has(at + 8, 13)
    }
    data ||= kind === 'IDAT'
    if (kind === 'IEND') {
      piece.has(at + 8, 4)
      if (!data) throw noImage
      return extent
    }
    at += 12 + length
  }
  throw noImage
}

/** Walks the chunks of the RIFF container. A picture that is not of the canvas' size is none. */
function lookWebp(piece: Piece): Extent {
  const end = 8 + piece.word(4, true)
  piece.has(0, end)
  let extent: Extent | null = null
  let data = false
  for (let at = 12, i = 0; at + 8 <= end && i < maxPieces; i++) {
    const kind = piece.text(at, 4)
    const length = piece.word(at + 4, true)
    if (at + 8 + length > end) throw noImage
    const said = webpExtent(piece, kind, at + 8, length)
    if (said !== null) {
      if (extent !== null && (kind === 'VP8X' || extent.width !== said.width || extent.height !== said.height)) throw noImage
      extent = said
    }
    data ||= kind === 'ANMF' || (said !== null && kind !== 'VP8X')
    at += 8 + length + (length & 1)
  }
  if (!data || extent === null) throw noImage
  return extent
}

/** The size that a chunk says; null for one that says none. */
function webpExtent(piece: Piece, kind: string, at: number, length: number): Extent | null {
  switch (kind) {
    case 'VP8X':
      if (length < 10) throw noImage
      return { width: 1 + (piece.word(at + 4, true) & 0xffffff), height: 1 + (piece.word(at + 6, true) >>> 8) }
    case 'VP8 ':
      if (length < 10 || piece.text(at + 3, 3) !== '\x9d\x01\x2a') throw noImage
      return { width: piece.short(at + 6, true) & 0x3fff, height: piece.short(at + 8, true) & 0x3fff }
    case 'VP8L': {
      if (length < 5 || piece.byte(at) !== 0x2f) throw noImage
      const bits = piece.word(at + 1, true)
      return { width: 1 + (bits & 0x3fff), height: 1 + ((bits >>> 14) & 0x3fff) }
    }
    default:
      return null
  }
}

/** One box of an ISO base media file: where its content begins and ends. */
interface Box {
  readonly kind: string
  readonly start: number
  readonly end: number
}

/** The boxes between two offsets. One that reaches beyond the end makes the file no whole image. */
function boxes(piece: Piece, from: number, end: number): Box[] {
  const found: Box[] = []
  for (let at = from; at < end; ) {
    if (found.length === 10_000) throw noImage
    const kind = piece.text(at + 4, 4)
    let length = piece.word(at)
    let start = at + 8
    if (length === 0) length = end - at
    else if (length === 1) {
      length = piece.long(start)
      start += 8
    }
    if (length < start - at || length > end - at) throw noImage
    found.push({ kind, start, end: at + length })
    at += length
  }
  return found
}

/** The boxes of the first box of a kind, behind so many bytes of its own. */
function inside(piece: Piece, outer: readonly Box[], kind: string, skip = 0): Box[] {
  const box = outer.find((one) => one.kind === kind)
  if (box === undefined) throw noImage
  return boxes(piece, box.start + skip, box.end)
}

const versionAndFlags = 4

/** Finds the largest picture that the file describes: the parts of a grid are smaller than the whole. */
function lookHeif(piece: Piece): Extent {
  const top = boxes(piece, 0, piece.size)
  if (!top.some((box) => box.kind === 'mdat')) throw noImage
  const properties = inside(piece, inside(piece, top, 'meta', versionAndFlags), 'iprp')
  let largest: Extent = { width: 0, height: 0 }
  for (const { kind, start } of inside(piece, properties, 'ipco')) {
    if (kind !== 'ispe') continue
    const extent = { width: piece.word(start + versionAndFlags), height: piece.word(start + versionAndFlags + 4) }
    if (extent.width > maxPhotoPixels || extent.height > maxPhotoPixels) throw noImage
    if (extent.width * extent.height > largest.width * largest.height) largest = extent
  }
  return largest
}

const looks: Record<PhotoType, (piece: Piece) => Extent> = {
  'image/jpeg': lookJpeg,
  'image/png': lookPng,
  'image/webp': lookWebp,
  'image/heic': lookHeif,
  'image/heif': lookHeif,
  'image/avif': lookHeif,
}
