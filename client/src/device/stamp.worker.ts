// Draws a stamped copy beside the page.

import { layOut } from './stamplayout'

export interface StampOrder {
  readonly original: Blob
  readonly lines: readonly string[]
}

export type Stamped = { readonly copy: Blob } | { readonly detail: string }

const scope = self as unknown as DedicatedWorkerGlobalScope
const quality = 0.9
const font = (size: number) => `600 ${size}px "PingFang SC", "HarmonyOS Sans SC", "Noto Sans CJK SC", "Noto Sans SC", "Microsoft YaHei", "WenQuanYi Micro Hei", sans-serif`

scope.onmessage = async ({ data }: MessageEvent<StampOrder>) => {
  try {
    scope.postMessage({ copy: await draw(data) } satisfies Stamped)
  } catch (error) {
    scope.postMessage({ detail: String(error) } satisfies Stamped)
  }
}

async function draw({ original, lines }: StampOrder): Promise<Blob> {
  const picture = await createImageBitmap(original)
  const { width, height } = picture
  const canvas = new OffscreenCanvas(width, height)
  const context = canvas.getContext('2d')
  if (context === null) throw new Error('no canvas')
  context.drawImage(picture, 0, 0)
  picture.close()
  const placed = layOut(width, height, lines, (text, size) => {
    context.font = font(size)
    return context.measureText(text).width
  })
  context.fillStyle = 'rgb(0 0 0 / 55%)'
  context.fillRect(0, placed.top, width, height - placed.top)
  context.font = font(placed.size)
  context.fillStyle = '#fff'
  for (const { text, y } of placed.lines) context.fillText(text, placed.margin, y)
  return canvas.convertToBlob({ type: 'image/jpeg', quality })
}
