import type { Body } from '@shared/types.gen'
import type { Phone } from './phone'
import type { Stored, StoredChain } from './storage'

/** One thing that somebody did, however often it is sent and as whatever it is made again. */
export interface Deed {
  readonly origin: string
  readonly body: Body
  readonly phone: string
  /** Phones whose storage holds it; damage to a phone is written down here by who does the damage, and by nobody else. */
  readonly on: Set<Phone>
  receipted: boolean
  /** The fault that it deserves, where it was made to be refused. */
  readonly expect: string | null
  /** The author's squad when it was made. */
  squad?: string
}

/** All that was ever saved on a phone: what must be at the server in the end, once, unless its phones were destroyed. */
export class Ledger {
  readonly deeds = new Map<string, Deed>()

  made(phone: Phone, stored: Stored, body: Body, expect: string | null): void {
    this.deeds.set(stored.origin, { origin: stored.origin, body, phone: phone.name, on: new Set([phone]), receipted: false, expect })
  }

  copied(from: Phone, to: Phone): void {
    for (const deed of this.deeds.values()) if (deed.on.has(from)) deed.on.add(to)
  }

  /** A phone lost everything but these. */
  reduced(phone: Phone, left: ReadonlySet<string>): void {
    for (const deed of this.deeds.values()) {
      if (left.has(deed.origin)) deed.on.add(phone)
      else deed.on.delete(phone)
    }
  }

  receipted(chain: StoredChain): void {
    for (const { answer, origin } of chain.operations) {
      const deed = answer === null ? undefined : this.deeds.get(origin)
      if (deed !== undefined) deed.receipted = true
    }
  }
}
