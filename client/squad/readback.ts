// Reads everything back as somebody who has nothing yet: a fresh replica on a good line.

import { createHash } from 'node:crypto'
import type { Case } from '@shared/types.gen'
import { faultCode } from '@shared/fault'
import { caseStamps, openCases, placeInFeed } from '../src/db/cases'
import { browser } from '../src/engine/world'
import { closeDevice, type Device, openDevice } from './device'
import type { Stage } from './member'

const patienceMs = 120_000
const atOnce = 4

export class Reader {
  private constructor(private readonly device: Device) {}

  /** Signs in on an empty phone and resolves when it holds all that its person may see. */
  static async open(login: string, stage: Pick<Stage, 'origin' | 'password' | 'run'>, nth: string): Promise<Reader> {
    const device = await openDevice({ name: `${stage.run} reader ${nth} ${login}`, origin: stage.origin, world: browser })
    await device.phone.signIn(login, stage.password)
    const end = Date.now() + patienceMs
    for (;;) {
      const { complete } = await placeInFeed(device.store, device.phone.person.value?.id ?? '')
      if (complete && device.phone.status.value.link === 'live') return new Reader(device)
      if (Date.now() > end) throw new Error(`a fresh phone of ${login} did not get its cases within ${patienceMs} ms`)
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }

  async cases(): Promise<Map<string, Case>> {
    return casesOf(this.device)
  }

  /** SHA-256 of what the server serves for each hash; the fault's code where it serves nothing. */
  async photos(hashes: readonly string[], progress: (done: number) => void): Promise<Map<string, string>> {
    const served = new Map<string, string>()
    const left = [...hashes]
    const fetchNext = async (): Promise<void> => {
      for (let hash = left.shift(); hash !== undefined; hash = left.shift()) {
        const bytes = await this.device.site.photo(hash).catch((error: unknown) => faultCode(error))
        served.set(hash, typeof bytes === 'string' ? bytes : createHash('sha256').update(bytes).digest('hex'))
        progress(served.size)
      }
    }
    await Promise.all(Array.from({ length: atOnce }, fetchNext))
    return served
  }

  close(): Promise<void> {
    return closeDevice(this.device)
  }
}

/** Every case that a phone holds of its person's scope. */
export async function casesOf({ phone, store }: Device): Promise<Map<string, Case>> {
  const person = phone.person.value?.id ?? ''
  return openCases(store, person, [...(await caseStamps(store, person)).keys()])
}
