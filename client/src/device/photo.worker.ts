// Develops photographs beside the page, one at a time: decoding 12 megapixels must not hold up the shutter.

import { Fault, faultCode } from '@shared/fault'
import { type Darkroom, develop, type Developed, type Picture } from './develop'
import { readExif } from './exif'

export interface Order {
  readonly number: number
  readonly file: Blob
}

export type Result =
  | { readonly number: number; readonly developed: Developed }
  | { readonly number: number; readonly fault: string; readonly detail: string }

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

let line: Promise<void> = Promise.resolve()

scope.onmessage = ({ data: { number, file } }: MessageEvent<Order>) => {
  line = line.then(async () => scope.postMessage(await answer(number, file)))
}

async function answer(number: number, file: Blob): Promise<Result> {
  try {
    return { number, developed: await develop(await contentOf(file), room) }
  } catch (error) {
    return { number, fault: faultCode(error), detail: String(error) }
  }
}

async function contentOf(file: Blob): Promise<ArrayBuffer> {
  try {
    return await file.arrayBuffer()
  } catch (error) {
    throw new Fault('photo.damaged', `cannot be read: ${String(error)}`)
  }
}
