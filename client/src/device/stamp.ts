// A copy of a photograph with words on it, made when it is asked for. The original is only read (L7).

import { Fault } from '@shared/fault'
import type { Stamped, StampOrder } from './stamp.worker'

/** A JPEG of the photograph with the lines along its lower edge. @throws Fault photo.damaged where this browser cannot decode it */
export function stamp(original: Blob, lines: readonly string[]): Promise<Blob> {
  // A worker for one picture: a dozen megapixels leave memory with it.
  const worker = new Worker(new URL('./stamp.worker.ts', import.meta.url), { type: 'module', name: 'stamp' })
  const made = new Promise<Blob>((done, failed) => {
    worker.onmessage = ({ data }: MessageEvent<Stamped>) => ('copy' in data ? done(data.copy) : failed(new Fault('photo.damaged', data.detail)))
    worker.onerror = (event) => failed(new Fault('photo.damaged', event.message))
  })
  worker.postMessage({ original, lines } satisfies StampOrder)
  return made.finally(() => worker.terminate())
}
