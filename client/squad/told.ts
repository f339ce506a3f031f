// What the squad's phones did and were told, written down beside the phones and not read out of them: what a phone forgot,
// the read-back must still find. Times are true milliseconds, whatever a phone's clock says.

import type { Action, Fix, Payload, Photo } from '@shared/types.gen'
import type { Answer } from '@sync/wire/types.gen'

/** An operation as its person saved it. */
export interface Saved {
  readonly phone: string
  readonly person: string
  /** The find it belongs to. */
  readonly serial: string
  readonly caseId: string
  readonly replica: string
  readonly counter: number
  readonly action: Action
  readonly payload: Payload
  readonly place?: Fix
  readonly photos: readonly Photo[]
  readonly at: number
}

/** The bytes of a photograph or of its preview, as they were taken. */
export interface Taken {
  readonly phone: string
  readonly hash: string
  readonly kind: 'original' | 'preview'
  readonly bytes: number
  readonly at: number
}

interface Receipt {
  readonly state: 'here' | 'damaged'
  readonly at: number
}

export class Told {
  readonly saved = new Map<string, Saved>()
  readonly taken = new Map<string, Taken>()
  /** Answers that reached a phone, by replica and counter. */
  readonly answers = new Map<string, { readonly answer: Answer; readonly at: number }>()
  /** Receipts that reached a phone, by hash. */
  readonly receipts = new Map<string, Receipt>()
  /** When the leader's phone first showed an operation. */
  readonly seen = new Map<string, { readonly phone: string; readonly at: number }>()
  /** What the server said twice, and differently. */
  readonly contradictions: string[] = []

  save(saved: Saved): void {
    this.saved.set(keyOf(saved), saved)
  }

  /** A repeat must get the same answer (R19). */
  acknowledge(replica: string, answer: Answer, at: number): void {
    const key = keyOf({ replica, counter: answer.counter })
    const before = this.answers.get(key)?.answer
    if (before === undefined) this.answers.set(key, { answer, at })
    else if (before.hash !== answer.hash || before.seq !== answer.seq || before.outcome !== answer.outcome || before.mac !== answer.mac) {
      this.contradictions.push(`${key} was answered ${before.outcome} ${before.seq}, then ${answer.outcome} ${answer.seq}`)
    }
  }

  receive(hash: string, receipt: Receipt): boolean {
    if (this.receipts.has(hash)) return false
    this.receipts.set(hash, receipt)
    return true
  }

  see(key: string, phone: string, at: number): void {
    if (!this.seen.has(key)) this.seen.set(key, { phone, at })
  }
}

export function keyOf({ replica, counter }: { readonly replica: string; readonly counter: number }): string {
  return `${replica}/${counter}`
}
