import { anyState } from './types.gen'
import { beforeState, maxExtensions, maxSuspensionMs, maxSuspensions } from './types.gen'
import type { Action, AskKind, Body, Case, Condition, Judging, Move, Need, Phase, PhotoPart, Role, State, Workflow } from './types.gen'
import { estimate } from './operation'
import table from './workflow.json'

/** The table that ships with Buxun. */
export const builtinWorkflow = table as unknown as Workflow

/** The row of an action; absent for an action that the table does not know. */
export function moveOf(workflow: Workflow, action: Action): Move | undefined {
  return workflow.moves.find((move) => move.action === action)
}

/** Whether the move begins a case. */
export function opens(move: Move): boolean {
  return move.from.length === 0
}

/** Whether the move may be done from the state. */
export function fits(move: Move, from: State): boolean {
  const origins: readonly string[] = move.from
  return origins.includes(anyState) || origins.includes(from)
}

/** The state that the move leads the case to; undefined where the state stays. */
export function leads(move: Move, c: Case | undefined): State | undefined {
  const to: string = move.to
  if (to === beforeState && c !== undefined) return c.before
  return move.to || undefined
}

/** Whether the role may do it; no role may nothing. */
export function allows(move: Move, role: Role | undefined): boolean {
  return role !== undefined && move.by.includes(role)
}

/** The fault code of the first requirement that the body does not meet, or ''. */
export function missing(move: Move, b: Body): string {
  const need = move.needs.find((n) => !(met[n]?.(b) ?? false))
  return need === undefined ? '' : `operation.needs.${need}`
}

const met: Record<Need, (b: Body) => boolean> = {
  category: (b) => !empty(b.payload.category),
  photo: hasPhoto,
  beforePhoto: (b) => hasPart(b, 'before'),
  afterPhoto: (b) => hasPart(b, 'after'),
  photoOrWords: (b) => hasPhoto(b) || blankless(b.payload.description) || hasVoice(b),
  changesPhotoOrWords: (b) => hasChanges(b) || hasPhoto(b) || blankless(b.payload.words) || hasVoice(b),
  changes: hasChanges,
  words: (b) => blankless(b.payload.words),
  reason: (b) => blankless(b.payload.reason),
  number: (b) => !empty(b.payload.number),
  squad: (b) => !empty(b.payload.squad),
  photoOrSaid: (b) => hasPhoto(b) || blankless(b.payload.words) || hasVoice(b),
  unit: (b) => !empty(b.payload.unit),
  assignee: (b) => !empty(b.payload.assignee),
  until: (b) => (b.payload.until ?? 0) > 0,
  into: (b) => !empty(b.payload.into),
  duplicate: (b) => !empty(b.payload.duplicate),
  phase: (b) => !empty(b.payload.phase),
}

/** The fault of the first condition that is not so of the case, or ''. */
export function unmet(move: Move, c: Case, b: Body, ctx: Judging): string {
  return move.when?.find((condition) => !(holds[condition]?.(c, b, ctx) ?? false)) ?? ''
}

const holds: Record<Condition, (c: Case, b: Body, ctx: Judging) => boolean> = {
  'task.notYours': ({ task }, b) => !task?.assignee || task.assignee === b.author.id,
  'case.noExtensionAsk': (c) => asked(c, 'extension') !== undefined,
  'case.noSuspensionAsk': (c) => asked(c, 'suspension') !== undefined,
  'case.noVoidAsk': (c) => asked(c, 'void') !== undefined,
  'case.noAppeal': (c) => asked(c, 'appeal') !== undefined,
  'case.ownAsk': (c, b) => {
    const by = asked(c, 'void')?.by
    return by !== undefined && !(by.id === b.author.id && by.kind === b.author.kind)
  },
  'case.overdue': (c, b, ctx) => {
    const clock = clockOf(c, 'handle')
    return clock === undefined || (clock.overdue === undefined && (clock.due === undefined || estimate(b, ctx.now) <= clock.due))
  },
  'case.notOverdue': (c) => {
    const clock = clockOf(c, 'handle')
    return clock !== undefined && (clock.overdue !== undefined || clock.late === true)
  },
  'case.extensionsUsed': (c) => (c.extensions ?? 0) < maxExtensions,
  'case.suspendedBefore': (c) => (c.suspensions ?? 0) < maxSuspensions,
  'case.untilOutOfRange': (_, b, ctx) => (b.payload.until ?? 0) > ctx.now && (b.payload.until ?? 0) <= ctx.now + maxSuspensionMs,
  'case.notRechecked': (c, b) => c.rechecked === 'recheckPass' || blankless(b.payload.reason),
  'case.mergeTarget': (c, b, ctx) => b.payload.into !== c.id && !ctx.intoUnfit,
}

/** What is asked for and not yet decided, of a kind. */
export function asked(c: Case, kind: AskKind) {
  return c.asks?.find((ask) => ask.kind === kind)
}

/** The time limit of a phase. */
export function clockOf(c: Case, phase: Phase) {
  return c.clocks?.find((clock) => clock.phase === phase)
}

function empty(text: string | undefined): boolean {
  return text === undefined || text === ''
}

function hasPhoto(b: Body): boolean {
  return (b.photos ?? []).length > 0
}

/** What is said counts as what is written. */
function hasVoice(b: Body): boolean {
  return (b.voices ?? []).length > 0
}

function hasPart(b: Body, part: PhotoPart): boolean {
  return (b.photos ?? []).some((p) => p.part === part)
}

function hasChanges(b: Body): boolean {
  return (b.payload.changes ?? []).length > 0
}

/** Whether text holds more than ASCII white space and the ideographic space. */
function blankless(text = ''): boolean {
  return /[^ \t\n\r\u3000]/.test(text)
}

/** Whether phones keep a case in this state whatever its age. */
export function isOpen(state: State): boolean {
  return state !== 'closed' && state !== 'rejected' && state !== 'void' && state !== 'merged'
}
