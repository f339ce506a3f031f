// Developing photographs beside the page, one at a time, and never for ever: a worker that does not come to an end with one
// is ended, and the photograph is kept without a look at it.

import { Fault } from '@shared/fault'
import { maxPhotoBytes } from '@shared/types.gen'
import type { Developed } from './develop'
import type { Order, Result } from './photo.worker'

/** Develops a photograph: decodes, hashes, reads EXIF, makes the preview. @throws Fault photo.damaged or photo.tooLarge */
export type Develop = (file: Blob) => Promise<Developed>

export interface Helper {
  develop(order: Order): void
  end(): void
}

/** Starts a worker that answers each order, or dies. */
export type StartHelper = (answered: (result: Result) => void, died: (why: string) => void) => Helper

/** How long one photograph may take. A mid-range phone needs a second and a half. */
export const patienceMs = 15_000

/** Ends an attempt whose worker came to no end, or to a bad one. */
class Stuck extends Error {}

/** Develops in a worker that starts with the first photograph. */
export function developer(after: (ms: number, ring: () => void) => () => void, start: StartHelper = startWorker): Develop {
  let helper: Helper | null = null
  let underway: { answer: (result: Result) => void; fail: (why: string) => void } | null = null
  let line: Promise<unknown> = Promise.resolve()

  function end(): void {
    helper?.end()
    helper = null
  }

  function attempt(order: Order): Promise<Developed> {
    return new Promise<Developed>((done, failed) => {
      const settle = () => {
        disarm()
        underway = null
      }
      const fail = (why: string) => {
        settle()
        end() // the next photograph gets a new one
        failed(new Stuck(why))
      }
      const answer = (result: Result) => {
        settle()
        if ('developed' in result) done(result.developed)
        else failed(new Fault(result.fault, result.detail))
      }
      underway = { answer, fail }
      const disarm = after(patienceMs, () => fail(`no end within ${patienceMs} ms`))
      helper ??= start((result) => underway?.answer(result), (why) => underway?.fail(why))
      helper.develop(order)
    })
  }

  async function develop(file: Blob): Promise<Developed> {
    try {
      return await attempt({ file, blind: false })
    } catch (error) {
      if (!(error instanceof Stuck)) throw error
    }
    try {
      return await attempt({ file, blind: true })
    } catch (error) {
      throw error instanceof Stuck ? new Fault('photo.damaged', error.message) : error
    }
  }

  return (file) => {
    // Told before a byte is read: a film of two gigabytes would not fit into a phone.
    if (file.size > maxPhotoBytes) return Promise.reject(new Fault('photo.tooLarge', `${file.size} bytes`))
    const developed = line.then(() => develop(file))
    line = developed.catch(() => undefined)
    return developed
  }
}

const startWorker: StartHelper = (answered, died) => {
  const worker = new Worker(new URL('./photo.worker.ts', import.meta.url), { type: 'module', name: 'photo' })
  worker.onmessage = ({ data }: MessageEvent<Result>) => answered(data)
  worker.onerror = ({ message }) => died(message) // out of memory, most likely
  return { develop: (order) => worker.postMessage(order), end: () => worker.terminate() }
}
