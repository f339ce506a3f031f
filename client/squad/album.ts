// Photographs for phones that have no camera: the demo's real ones, made unlike each other by a comment segment that says
// which they are. The picture stays what it was; the bytes, and so the hash, are new.

import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { develop, type Darkroom, type Developed } from '../src/device/develop'
import { readExif } from '../src/device/exif'

export interface Album {
  readonly names: readonly string[]
  /** The picture of that name as a photograph of its own; `words` must be another each time. */
  take(name: string, words: string): Promise<Developed>
}

/** @param root the repository's */
export function openAlbum(root: string): Album {
  const read = (folder: string) => {
    const files = readdirSync(path.join(root, folder)).filter((name) => name.endsWith('.jpg')).sort()
    return new Map(files.map((name) => [name, readFileSync(path.join(root, folder, name))] as const))
  }
  // Node has no canvas: the previews were made once, by the demo's own maker.
  const [originals, previews] = [read('server/demo/photos'), read('client/squad/previews')]
  return {
    names: [...originals.keys()],
    take: (name, words) => {
      const [original, preview] = [originals.get(name), previews.get(name)]
      if (original === undefined || preview === undefined) throw new Error(`there is no picture ${name}`)
      return develop(commented(original, words), darkroom(original, commented(preview, words)))
    },
  }
}

function darkroom(original: Buffer, preview: ArrayBuffer): Darkroom {
  return {
    decode: async () => ({ ...sizeOf(original), draw: async () => preview, close: () => undefined }),
    exif: readExif,
  }
}

/** The JPEG with a comment segment behind its first header, where decoders skip it. */
function commented(jpeg: Uint8Array, words: string): ArrayBuffer {
  const text = new TextEncoder().encode(words)
  const length = text.length + 2
  if (length > 0xffff) throw new Error(`a comment of ${text.length} bytes`)
  // JFIF's header must follow the start mark at once.
  const at = jpeg[2] === 0xff && jpeg[3] === 0xe0 ? 4 + ((jpeg[4] ?? 0) << 8) + (jpeg[5] ?? 0) : 2
  const made = new Uint8Array(jpeg.length + 2 + length)
  made.set(jpeg.subarray(0, at))
  made.set([0xff, 0xfe, length >> 8, length & 0xff], at)
  made.set(text, at + 4)
  made.set(jpeg.subarray(at), at + 2 + length)
  return made.buffer
}

/** Pixels across and down as the frame header says. */
function sizeOf(jpeg: Uint8Array): { width: number; height: number } {
  const view = new DataView(jpeg.buffer, jpeg.byteOffset, jpeg.byteLength)
  for (let at = 2; at + 9 < jpeg.length; at += 2 + view.getUint16(at + 2)) {
    const marker = view.getUint8(at + 1)
    const isFrame = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker)
    if (isFrame) return { height: view.getUint16(at + 5), width: view.getUint16(at + 7) }
  }
  throw new Error('a JPEG without a frame')
}
