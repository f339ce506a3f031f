// The whole log walked from its first operation by the recorded verdicts: every step must be one that the table allows from
// where the case was, and the cases at the end must be the server's.

import { apply } from '@shared/apply'
import { parseBody } from '@shared/body'
import type { Action, Body, Case } from '@shared/types.gen'
import { allows, builtinWorkflow, fits, leads, moveOf, opens, unmet } from '@shared/workflow'
import type { Dump, Row } from './steps'

/** The cases that the log gives, and what in it the table does not allow. */
export function walk(dump: Dump): { cases: Map<string, Case>; wrong: string[] } {
  const cases = new Map<string, Case>()
  const wrong: string[] = []
  for (const row of dump.rows.filter(({ seq }) => seq > 0).sort((a, b) => a.seq - b.seq)) {
    const body = parseBody(row.text)
    const before = cases.get(body.case)
    const objection = objects(row, body, before, cases)
    if (objection !== '') wrong.push(`table: ${body.action} of case ${body.case} from ${before?.state ?? 'nothing'} to ${row.verdict.to ?? 'the same'} ${objection}`)
    const after = apply(before, body, row.verdict)
    if (after !== undefined) cases.set(body.case, after)
  }
  return { cases, wrong }
}

/** Why the table does not allow what was recorded, or ''. */
function objects({ verdict }: Row, body: Body, before: Case | undefined, cases: ReadonlyMap<string, Case>): string {
  const move = moveOf(builtinWorkflow, body.action)
  if (move === undefined) return 'is no step of it'
  if (verdict.outcome === 'late') {
    const held = before === undefined && verdict.to === 'reported'
    return held || (before !== undefined && verdict.to === undefined) ? '' : 'leads somewhere though it is late'
  }
  if (!allows(move, verdict.role)) return `was done by a ${verdict.role ?? 'nobody'}`
  if (before === undefined) return opens(move) && verdict.to === move.to ? '' : 'opens no such case'
  if (opens(move)) return before.reportMissing && verdict.to === undefined ? '' : 'opens a case that is there'
  if (!fits(move, before.state)) return 'does not fit the state'
  if (verdict.to !== leads(move, before)) return `does not lead to ${leads(move, before) ?? 'the same state'}`
  const into = cases.get(body.payload.into ?? '')
  const ctx = { now: verdict.received, standingNow: {}, standingThen: {}, categoryKnown: true, intoUnfit: into === undefined || into.state === 'merged' }
  const fault = unmet(move, before, body, ctx)
  return fault === '' ? '' : `though ${fault}`
}

/** How often each action came to what, over many runs. */
export type Tally = Map<Action, { applied: number; late: number; refused: number }>

export function count(dump: Dump, tally: Tally): void {
  for (const { text, verdict } of dump.rows) {
    const action = /"action":"(\w+)"/.exec(text)?.[1] as Action | undefined
    if (action === undefined || moveOf(builtinWorkflow, action) === undefined) continue
    const row = tally.get(action) ?? { applied: 0, late: 0, refused: 0 }
    row[verdict.outcome] += 1
    tally.set(action, row)
  }
}
