// Develops photographs beside the page, one at a time: decoding 12 megapixels must not hold up the shutter.

import { Fault, faultCode } from '@shared/fault'
import { type Darkroom, develop, type Developed, type Picture } from './develop'
import { readExif } from './exif'

export interface Order {
  readonly file: Blob
  /** Not to be decoded: an earlier attempt came to no end. */
  readonly blind: boolean
}

export type Result = { readonly developed: Developed } | { readonly fault: string; readonly detail: string }

const scope = self as unknown as DedicatedWorkerGlobalScope

const room: Darkroom = {
  decode: async (bytes, type): Promise<Picture> => {
    const bitmap = await createImageBitmap(new Blob([bytes], { type }))
    const draw = async (longest: number, quality: number) => {
      const scale = Math.min(1, longest / Math.max(bitmap.width, bitmap.height))
      const canvas = new OffscreenCanvas(Math.max(1, Math.round(bitmap.width * scale)), Math.max(1, Math.round(bitmap.height * scale)))
      const context = canvas.getContext('2d')
      if (context === null) throw new Error('no canvas')
      context.imageSmoothingQuality = 'high'
      context.drawImage(bitmap, 0, 0, canvas.width, canvas.height)
      return (await canvas.convertToBlob({ type: 'image/jpeg', quality })).arrayBuffer()
    }
    return { width: bitmap.width, height: bitmap.height, draw, close: () => bitmap.close() }
  },
  exif: readExif,
}

scope.onmessage = async ({ data }: MessageEvent<Order>) => {
  const result = await answer(data)
  // Handed over, not copied: a phone has little memory to spare.
  scope.postMessage(result, { transfer: 'developed' in result ? buffersOf(result.developed) : [] })
}

function buffersOf({ bytes, preview }: Developed): ArrayBuffer[] {
  return preview === null ? [bytes] : [bytes, preview.bytes]
}

async function answer({ file, blind }: Order): Promise<Result> {
  try {
    return { developed: await develop(await contentOf(file), room, blind) }
  } catch (error) {
    return { fault: faultCode(error), detail: String(error) }
  }
}

async function contentOf(file: Blob): Promise<ArrayBuffer> {
  try {
    return await file.arrayBuffer()
  } catch (error) {
    throw new Fault('photo.damaged', `cannot be read: ${String(error)}`)
  }
}
