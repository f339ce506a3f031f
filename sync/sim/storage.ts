// What a phone has on disk: everything that survives a crash of its page, and nothing else. Every method is one strict
// transaction.

import { parseBody } from '@shared/body'
import type { Body, Case } from '@shared/types.gen'
import type { Answer } from '../wire/types.gen'
import type { Chain, Keep, Place, Waiting } from '../replica/event'
import { hashText, sign } from './sealing'

export interface Stored extends Waiting {
  /** The operation that somebody made; a reissue keeps it. */
  readonly origin: string
  readonly case: string
  readonly answer: Answer | null
}

export interface StoredChain {
  readonly replica: string
  readonly person: string
  operations: Stored[]
  last: number
  lastHash: string
  acked: number
  ackedHash: string
  /** The chain that took its place. */
  successor: string | null
}

export interface StoredCase {
  readonly case: Case
  readonly generation: number
  /** It left the scope and stays only until what is unsent of it was acknowledged. */
  readonly left: boolean
}

export interface View {
  place: Place
  readonly cases: Map<string, StoredCase>
}

export class Storage {
  chains: StoredChain[] = []
  readonly views = new Map<string, View>()
  /** Photos that the server did not acknowledge yet, and their cases. */
  readonly photos = new Map<string, { readonly case: string; readonly person: string }>()
  clock: { readonly offset: number; readonly bound: number; readonly anchor?: { readonly token: string; readonly at: number } } | null = null

  /** A copy as a restored or cloned profile has it. */
  copy(): Storage {
    return Object.assign(new Storage(), structuredClone({ ...this }))
  }

  view(person: string): View {
    let view = this.views.get(person)
    if (view === undefined) this.views.set(person, (view = { place: { cursor: null, generation: 0, complete: false }, cases: new Map() }))
    return view
  }

  /** The chains that still go, the person's own first. */
  going(person: string): StoredChain[] {
    const going = this.chains.filter((chain) => chain.successor === null)
    return [...going.filter((chain) => chain.person === person), ...going.filter((chain) => chain.person !== person)]
  }

  own(person: string, fresh: () => string): StoredChain {
    const own = this.chains.find((chain) => chain.person === person && chain.successor === null)
    if (own !== undefined) return own
    const made = empty(fresh(), person)
    this.chains.push(made)
    return made
  }

  add(chain: StoredChain, body: Body, origin: string | null, text = JSON.stringify(body), signature?: string): Stored {
    const counter = chain.last + 1
    const hash = hashText(text)
    const stored: Stored = {
      counter, hash, text, case: body.case, answer: null,
      origin: origin ?? `${chain.replica}/${counter}/${hash}`, signature: signature ?? sign(keyOf(chain.replica), hash),
    }
    chain.operations.push(stored)
    chain.last = counter
    chain.lastHash = hash
    for (const p of body.photos ?? []) this.photos.set(p.hash, { case: body.case, person: body.author.id })
    return stored
  }

  load(replica: string, from: number, limit: number): Waiting[] {
    const operations = this.chains.find((chain) => chain.replica === replica)?.operations ?? []
    const run: Waiting[] = []
    for (const { counter, hash, text, signature } of operations) {
      if (counter < from) continue
      const before = run[run.length - 1]
      if (run.length === limit || (before !== undefined && before.counter + 1 !== counter)) break
      run.push({ counter, hash, text, signature })
    }
    return run
  }

  keep(person: string, what: Keep): void {
    switch (what.type) {
      case 'answers':
        return this.keepAnswers(what.replica, what.answers)
      case 'cases':
        return this.keepCases(this.view(person), what)
      case 'held':
        for (const hash of [...what.here, ...what.damaged]) this.photos.delete(hash)
        return this.tidy()
      case 'known':
        return
    }
  }

  private keepAnswers(replica: string, answers: readonly Answer[]): void {
    const chain = this.chains.find((c) => c.replica === replica)
    if (chain === undefined) return
    const byCounter = new Map(answers.map((answer) => [answer.counter, answer]))
    chain.operations = chain.operations.map((o) => ({ ...o, answer: byCounter.get(o.counter) ?? o.answer }))
    const last = answers[answers.length - 1]
    const unanswered = chain.operations.some((o) => o.counter > chain.acked && o.counter < (last?.counter ?? 0) && o.answer === null)
    if (last !== undefined && last.counter > chain.acked && !unanswered) {
      chain.acked = last.counter
      chain.ackedHash = last.hash
    }
    this.tidy()
  }

  private keepCases(view: View, what: Extract<Keep, { type: 'cases' }>): void {
    for (const c of what.cases) view.cases.set(c.id, { case: c, generation: what.place.generation, left: false })
    for (const id of what.leaves) this.leave(view, id)
    if (what.dropUnnamed) {
      for (const [id, row] of view.cases) if (row.generation < what.place.generation) this.leave(view, id)
    }
    view.place = what.place
  }

  private leave(view: View, id: string): void {
    const row = view.cases.get(id)
    if (row === undefined) return
    if (this.unsent(id)) view.cases.set(id, { ...row, left: true })
    else view.cases.delete(id)
  }

  /** Drops cases that stayed only for what was unsent of them. */
  tidy(): void {
    for (const view of this.views.values()) {
      for (const [id, row] of view.cases) if (row.left && !this.unsent(id)) view.cases.delete(id)
    }
  }

  private unsent(id: string): boolean {
    const waits = this.chains.some((chain) => chain.successor === null && chain.operations.some((o) => o.case === id && o.counter > chain.acked))
    return waits || [...this.photos.values()].some((photo) => photo.case === id)
  }

  /** R21 in one transaction: the old chain is left, what was not acknowledged is made again in a new one. */
  reissue(replica: string, after: number, fresh: () => string): StoredChain | null {
    const old = this.chains.find((chain) => chain.replica === replica)
    if (old === undefined) return null
    const before = this.chains.find((chain) => chain.replica === old.successor)
    if (before !== undefined) return before
    const made = empty(fresh(), old.person)
    for (const operation of old.operations) if (operation.counter > after) this.again(made, old, operation)
    old.successor = made.replica
    this.chains.push(made)
    return made
  }

  private again(chain: StoredChain, old: StoredChain, { text, counter, hash, origin }: Stored): void {
    let body: Body
    try {
      body = parseBody(text)
    } catch {
      return // it stays on the phone, readable; nobody can make it again
    }
    const { prev: _prev, ...rest } = body
    const link = chain.last === 0 ? {} : { prev: chain.lastHash }
    const was = body.was ?? { replica: old.replica, counter, hash }
    this.add(chain, { ...rest, ...link, replica: chain.replica, counter: chain.last + 1, was }, origin)
  }

  /** Whether the sync light may say "all sent" (L13). */
  allSent(): boolean {
    return this.photos.size === 0 && this.chains.every((chain) => chain.successor !== null || chain.acked === chain.last)
  }
}

export function chainOf(stored: StoredChain): Chain {
  const { replica, last, acked, ackedHash, operations } = stored
  return { replica, oldest: operations[0]?.counter ?? 0, last, acked, ackedHash }
}

export function keyOf(replica: string): string {
  return `key of ${replica}`
}

function empty(replica: string, person: string): StoredChain {
  return { replica, person, operations: [], last: 0, lastHash: '', acked: 0, ackedHash: '', successor: null }
}
