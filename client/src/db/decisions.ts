// Decisions that may still be taken back: stored when they are made, numbered as operations a few seconds later (L1).

import { read, write } from './database'
import type { DecisionRow } from './rows'
import type { Store } from './store'

/** A decision as it is stored: its text is the engine's business. */
export type Decision = Omit<DecisionRow, 'sealed'>

const placeOf = (id: string) => `decision ${id}`

/** Resolves when the decision is on the disk. Sealed for delivery: it is its author's word, whoever is signed in when its time comes. */
export async function keepDecision({ db, seal }: Store, decision: Decision, text: string): Promise<void> {
  const sealed = await seal.closeText(decision.person, 'delivery', placeOf(decision.id), text)
  await write(db, [db.decisions], () => db.decisions.add({ ...decision, sealed }))
}

/** Everybody's on this phone, in the order in which they were made. */
export async function decisionRows({ db }: Store): Promise<DecisionRow[]> {
  return inOrder(await read(db, () => db.decisions.toArray()))
}

export function inOrder(rows: readonly DecisionRow[]): DecisionRow[] {
  return [...rows].sort((a, b) => a.madeAt - b.madeAt || (a.id < b.id ? -1 : 1))
}

export function openDecision({ seal }: Store, { person, id, sealed }: DecisionRow): Promise<string> {
  return seal.openText(person, 'delivery', placeOf(id), sealed)
}

/** Takes a decision back. False where it is an operation already, or was taken back before. */
export function dropDecision({ db }: Store, id: string): Promise<boolean> {
  return write(db, [db.decisions], async () => {
    if ((await db.decisions.get(id)) === undefined) return false
    await db.decisions.delete(id)
    return true
  })
}

/** Takes back all that a person decided at once: one decision on many cases has one time. Resolves to those that were no operations yet. */
export function dropTogether({ db }: Store, person: string, fireAt: number): Promise<readonly DecisionRow[]> {
  return write(db, [db.decisions], async () => {
    const rows = inOrder(await db.decisions.where({ person }).toArray()).filter((row) => row.fireAt === fireAt)
    await db.decisions.bulkDelete(rows.map(({ id }) => id))
    return rows
  })
}
