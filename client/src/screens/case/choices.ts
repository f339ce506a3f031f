// What two people made of one field without seeing each other's change, so that somebody who sees all of it can choose (L5).
import type { Author, Case, Conflict, Field } from '@shared/types.gen'

/** One of the values, with who put it there last and when. */
export interface Choice {
  readonly value: string
  readonly by: Author
  /** Estimate of when it was done. */
  readonly at: number
  /** The case has it now. */
  readonly shown: boolean
}

export interface Open {
  readonly field: Field
  readonly shown: string
  readonly choices: readonly Choice[]
}

/** The fields that still have more than one value to choose from; the one that the case has now comes first. */
export function choicesOf(c: Case): Open[] {
  const open = (c.conflicts ?? []).filter((conflict) => !conflict.settled)
  return [...new Set(open.map(({ field }) => field))].map((field) => {
    const shown = c[field] ?? ''
    const of = open.filter((conflict) => conflict.field === field)
    const values = new Set([shown, ...of.flatMap(({ kept, lost }) => [kept, lost])])
    return { field, shown, choices: [...values].map((value) => ({ value, shown: value === shown, ...setBy(c, field, value, of) })) }
  })
}

/** Who put the value into the field last: the timeline knows, and the report where nobody changed it. */
function setBy(c: Case, field: Field, value: string, of: readonly Conflict[]): { by: Author; at: number } {
  for (const entry of [...c.timeline].reverse()) {
    if (entry.late === undefined && entry.payload.changes?.some((change) => change.field === field && change.to === value)) return { by: entry.by, at: entry.at }
  }
  const known = of.find(({ lost }) => lost === value)?.lostBy ?? of.find(({ kept }) => kept === value)?.keptBy
  return { by: known ?? c.reporter, at: c.reportedAt }
}
