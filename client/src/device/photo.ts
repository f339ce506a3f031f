import { Fault } from '@shared/fault'
import type { Developed } from './develop'
import type { Order, Result } from './photo.worker'

/** Develops a photograph: decodes, hashes, reads EXIF, makes the preview. @throws Fault photo.damaged or photo.tooLarge */
export type Develop = (file: Blob) => Promise<Developed>

/** Develops in a worker that starts with the first photograph. */
export function developer(): Develop {
  const orders = new Map<number, { done: (developed: Developed) => void; failed: (fault: Fault) => void }>()
  let worker: Worker | null = null
  let last = 0
  const start = (): Worker => {
    const started = new Worker(new URL('./photo.worker.ts', import.meta.url), { type: 'module', name: 'photo' })
    started.onmessage = ({ data }: MessageEvent<Result>) => {
      const order = orders.get(data.number)
      orders.delete(data.number)
      if ('developed' in data) order?.done(data.developed)
      else order?.failed(new Fault(data.fault, data.detail))
    }
    started.onerror = (event) => {
      // Out of memory, most likely: the next photograph gets a new worker.
      started.terminate()
      worker = null
      for (const order of orders.values()) order.failed(new Fault('photo.damaged', event.message))
      orders.clear()
    }
    return started
  }
  return (file) =>
    new Promise<Developed>((done, failed) => {
      worker ??= start()
      last += 1
      orders.set(last, { done, failed })
      worker.postMessage({ number: last, file } satisfies Order)
    })
}
