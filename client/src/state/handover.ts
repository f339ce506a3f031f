// Handing over what this phone holds, and bringing what a colleague's phone holds; it comes with the pages that show it.

import { handedOver, noteHanded } from '../db/handovers'
import type { Store } from '../db/store'
import { browser } from '../engine/world'
import { type Made, makeHandover } from '../engine/handover'
import { bring, type Outcome } from '../engine/courier'
import { useState } from './keys'

export type { Made, Outcome }

export interface HandoverState {
  /**
   * Everything unsent of all people of this phone in one file. @throws Fault handover.noKey, handover.unknownPhone
   */
  make(progress: (done: number, all: number) => void): Promise<Made>
  /** The file left this phone, as far as the person says. */
  handed(made: Made): Promise<void>
  /** When the file left that holds all that waits of the person; null where something left in none. */
  covered(): Promise<number | null>
  /** Brings a colleague's file; with the same id it goes on where it was cut. @throws Fault */
  bring(file: Blob, id: string, progress: (sent: number) => void): Promise<Outcome>
  /** A name for a file that is to be brought. */
  newId(): string
}

export function useHandover(): HandoverState {
  const { inside } = useState()
  return {
    make: (progress) => inside((store: Store, person) => makeHandover(store, person, browser.wall(), progress)),
    handed: (made) => inside((store) => noteHanded(store, made.at, made.operations, made.photos)),
    covered: () => inside(handedOver),
    bring: (file, id, progress) => bring(file, id, progress),
    newId: () => crypto.randomUUID(),
  }
}
