// Decisions that may still be taken back: each is on the disk at once and becomes an operation when its time has come,
// whichever page of the phone is there then, or at the next start (L1). What it says of time, place and what its author saw is that of
// the moment when it was made.

import { keepDecision, type Decision, decisionRows, dropDecision, dropTogether, openDecision } from '../db/decisions'
import { type Saved, saveDecided } from '../db/operations'
import type { DecisionRow } from '../db/rows'
import type { Store } from '../db/store'
import { compose, type Deed } from './operation'
import type { World } from './world'

/** How long a decision may be taken back. */
export const undoMs = 5_000
/** How long one decision on many cases may be taken back: there is more to look at. */
export const manyMs = 10_000
/** What a slow phone takes to store one of many. */
const storeMs = 100
/** Until when one decision on so many cases may be taken back: the first waits until the last is stored, and manyMs more. */
export const manyUntil = (now: number, cases: number) => now + cases * storeMs + manyMs
/** After one could not become an operation, as where storage is full. */
const againMs = 5_000

export interface DecisionPorts {
  readonly store: Store
  readonly world: World
  /** Milliseconds since 1970 UTC by the device. */
  readonly now: () => number
  readonly newId: () => string
  /** Sees that the person has a replica, and that there is room. */
  readonly prepare: (person: string) => Promise<unknown>
  readonly withRoom: <T>(work: () => Promise<T>) => Promise<T>
  /** A decision became an operation. */
  readonly enacted: (saved: Saved) => void
  /** One was made or taken back: other pages are to look. */
  readonly changed: () => void
  /** How many this page waits for now. */
  readonly waiting: (decisions: number) => void
}

export class Decisions {
  /** What takes back the timer of each decision that this page waits for. */
  private readonly timers = new Map<string, () => void>()
  private line: Promise<unknown> = Promise.resolve()

  constructor(private readonly ports: DecisionPorts) {}

  /** Looks at what is stored, and waits for the time of each. */
  async look(): Promise<void> {
    const rows = await decisionRows(this.ports.store)
    const there = new Set(rows.map((row) => row.id))
    for (const id of this.timers.keys()) if (!there.has(id)) this.forget(id)
    for (const row of rows) this.await(row)
  }

  /** Resolves when the decision is in durable storage (L1). `fireAt`: those of one decision on many cases have one time (manyUntil). */
  async make(person: string, deed: Deed, fireAt?: number): Promise<Decision> {
    const { store, now, newId, changed } = this.ports
    const decision = { id: newId(), person, caseId: deed.case, madeAt: now(), fireAt: fireAt ?? now() + undoMs }
    await keepDecision(store, decision, JSON.stringify(deed))
    this.await(decision)
    changed()
    return decision
  }

  /** False where it is an operation already. */
  async undo(id: string): Promise<boolean> {
    const undone = await dropDecision(this.ports.store, id)
    this.forget(id)
    if (undone) this.ports.changed()
    return undone
  }

  /** Takes back all of one decision on many cases. Resolves to their cases, but for those of which it is an operation already. */
  async undoTogether(person: string, fireAt: number): Promise<readonly string[]> {
    const undone = await dropTogether(this.ports.store, person, fireAt)
    for (const { id } of undone) this.forget(id)
    if (undone.length > 0) this.ports.changed()
    return undone.map(({ caseId }) => caseId)
  }

  /** Makes operations now, of all that a person decided or of what concerns one case. */
  async enact(person: string, caseId?: string): Promise<void> {
    const rows = await decisionRows(this.ports.store)
    const due = rows.filter((row) => row.person === person && (caseId === undefined || row.caseId === caseId))
    await Promise.all(due.map((row) => this.fire(row.id)))
  }

  private await({ id, madeAt, fireAt }: Decision): void {
    if (this.timers.has(id)) return
    // Nobody waits longer than it was to be, whatever was done to the wall clock meanwhile.
    this.wait(id, Math.max(0, Math.min(fireAt - madeAt, fireAt - this.ports.now())))
  }

  private wait(id: string, ms: number): void {
    this.timers.set(id, this.ports.world.after(ms, () => void this.fire(id).catch(() => this.wait(id, againMs))))
    this.ports.waiting(this.timers.size)
  }

  private forget(id: string): void {
    this.timers.get(id)?.()
    this.timers.delete(id)
    this.ports.waiting(this.timers.size)
  }

  /** One after the other, in the order in which they were made. */
  private fire(id: string): Promise<void> {
    const fired = this.line.then(async () => {
      const row = (await decisionRows(this.ports.store)).find((one) => one.id === id)
      if (row !== undefined) await this.become(row)
      this.forget(id)
    })
    this.line = fired.catch(() => undefined)
    return fired
  }

  private async become(row: DecisionRow): Promise<void> {
    const { store, now, prepare, withRoom, enacted } = this.ports
    const { id, person, caseId } = row
    const deed = JSON.parse(await openDecision(store, row)) as Deed
    await prepare(person)
    const saving = { person, caseId, now: now(), photos: [], draft: '' }
    const saved = await withRoom(() => saveDecided(store, saving, (link, keys) => compose(deed, link, keys), id))
    if (saved !== null) enacted(saved)
  }
}
