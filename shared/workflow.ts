import { anyState } from './types.gen'
import type { Action, Body, Move, Need, PhotoPart, Role, State, Workflow } from './types.gen'
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
  return state !== 'closed' && state !== 'rejected' && state !== 'void'
}
