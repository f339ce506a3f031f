import { marksOf } from './marks'
import { estimate } from './operation'
import type { Body, Case, Judging, Move, Standing, Verdict, Workflow } from './types.gen'
import { allows, builtinWorkflow, fits, leads, missing, moveOf, opens, unmet } from './workflow'

/**
 * Decides once what becomes of a well-formed, well-signed operation; c is absent for a case that is not known.
 * Field evidence is refused only where its author never was permitted (L6); everything else that does not fit is late.
 * On the phone this is a forecast: the server's verdict is the one that counts.
 */
export function judge(c: Case | undefined, b: Body, ctx: Judging, workflow: Workflow = builtinWorkflow): Verdict {
  const v = { table: workflow.version, received: ctx.now, at: estimate(b, ctx.now) }
  const move = moveOf(workflow, b.action)
  if (move === undefined) return { ...v, outcome: 'refused', fault: 'operation.actionUnknown' }
  const standing = stand(move, ctx)
  if (standing === undefined) return { ...v, outcome: 'refused', fault: 'operation.notPermitted' }
  const asRole = { ...v, role: standing.role }
  const fault = refusal(c, b, move, standing, ctx)
  if (fault !== '') return { ...asRole, outcome: 'refused', fault }
  const marks = marksOf(c, b, move, ctx)
  return { ...asRole, ...place(c, b, move, standing, ctx), ...(marks.length > 0 && { marks }) }
}

/** The standing that counts: for evidence when it was made, for decisions now. Absent where neither permits it. */
function stand(move: Move, ctx: Judging): Standing | undefined {
  if (move.evidence && allows(move, ctx.standingThen.role)) return ctx.standingThen
  return allows(move, ctx.standingNow.role) ? ctx.standingNow : undefined
}

function refusal(c: Case | undefined, b: Body, move: Move, standing: Standing, ctx: Judging): string {
  const code = missing(move, b)
  if (code !== '') return code
  if (!ctx.categoryKnown) return 'category.unknown'
  if (ctx.unitUnknown) return 'unit.unknown'
  if (ctx.assigneeUnfit) return 'assignee.unfit'
  if (c !== undefined) return inScope(c, b.author.id, standing) || (move.evidence && wasInScope(c, standing)) ? '' : 'case.notInScope'
  return opens(move) || (move.evidence && standing.role !== 'unit') ? '' : 'case.notInScope'
}

/** Whether the person may see and act on the case: own, of the squad, or dispatched to the unit; the centre's roles see all (L10). */
export function inScope(c: Case, person: string, { role, squad, unit }: Standing): boolean {
  if (role === 'server' || role === 'admin') return true
  if (role === 'unit') return given(unit) && c.unit === unit
  return c.reporter.id === person || (given(squad) && c.squad === squad)
}

/** Whether the standing's squad or unit answered for the case before. */
function wasInScope(c: Case, { role, squad, unit }: Standing): boolean {
  return role === 'unit' ? given(unit) && (c.units ?? []).includes(unit) : (c.former ?? []).includes(squad ?? '')
}

function given(code: string | undefined): code is string {
  return code !== undefined && code !== ''
}

function place(c: Case | undefined, b: Body, move: Move, standing: Standing, ctx: Judging): Pick<Verdict, 'outcome' | 'fault' | 'to' | 'squad'> {
  const squad = standing.squad === undefined || standing.squad === '' ? {} : { squad: standing.squad }
  if (c === undefined && opens(move)) return { outcome: 'applied', to: move.to, ...squad }
  // The report was lost in a gap; the evidence opens the case in its place.
  if (c === undefined) return { outcome: 'late', fault: 'case.reportMissing', to: 'reported', ...squad }
  if (!inScope(c, b.author.id, standing)) return { outcome: 'late', fault: 'operation.noLongerPermitted' }
  // Evidence held the case open; its fields come now, wherever the case has got to.
  if (opens(move) && c.reportMissing) return { outcome: 'applied' }
  if (opens(move)) return { outcome: 'late', fault: 'case.exists' }
  if (!fits(move, c.state)) return { outcome: 'late', fault: 'case.stateChanged' }
  const fault = unmet(move, c, b, ctx)
  if (fault !== '') return { outcome: 'late', fault }
  const to = leads(move, c)
  const stands = allows(move, ctx.standingNow.role) && inScope(c, b.author.id, ctx.standingNow)
  if (move.to && !stands) return { outcome: 'late', fault: 'operation.noLongerPermitted' }
  return { outcome: 'applied', ...(to && { to }) }
}
