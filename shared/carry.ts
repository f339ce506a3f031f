import { setField } from './field'
import type { AskKind, Body, Case, Clock, Conflict, State, TaskKind, Verdict } from './types.gen'

/**
 * The part of apply that takes a filed case through its life: who is sent, which unit has it, what was asked for. It changes a
 * case that is not yet anybody else's.
 */
export function carry(next: Case, b: Body, v: Verdict): void {
  const p = b.payload
  switch (b.action) {
    case 'file':
      set(next, 'condition', p.condition)
      break
    case 'sendVerify':
      delete next.verified
      send(next, 'verify', b, v)
      break
    case 'sendRecheck':
      delete next.rechecked
      send(next, 'recheck', b, v)
      break
    case 'assign':
      reassign(next, b)
      break
    case 'start':
      if (next.task && !next.task.started) next.task = { ...next.task, started: v.at }
      break
    case 'verifyReal':
    case 'verifyFalse':
      next.verified = b.action
      break
    case 'recheckPass':
      next.rechecked = b.action
      delete next.task
      break
    case 'recheckFail':
    case 'rework':
      next.rechecked = b.action
      next.reworks = (next.reworks ?? 0) + 1
      break
    case 'dispatch':
    case 'reopen':
      give(next, p.unit)
      set(next, 'condition', p.condition || next.condition)
      delete next.verified
      delete next.rechecked
      break
    case 'handBack':
      give(next, undefined)
      break
    case 'handle':
      delete next.rechecked
      break
    case 'merge':
      set(next, 'into', p.into)
      break
    case 'separate':
      delete next.into
      break
    case 'absorb':
      setList(next, 'duplicates', [...without(next.duplicates, p.duplicate), p.duplicate ?? ''])
      break
    case 'release':
      setList(next, 'duplicates', without(next.duplicates, p.duplicate))
      break
    case 'supervise':
      next.supervised = true
      break
    case 'settle':
      settle(next, b)
      break
  }
  ask(next, b, v)
}

/** Keeps what is asked for until somebody decides. */
function ask(next: Case, b: Body, v: Verdict): void {
  switch (b.action) {
    case 'askExtension':
      putAsk(next, 'extension', b, v)
      break
    case 'askSuspension':
      putAsk(next, 'suspension', b, v)
      break
    case 'askVoid':
      putAsk(next, 'void', b, v)
      break
    case 'appeal':
      putAsk(next, 'appeal', b, v)
      break
    case 'grantExtension':
      next.extensions = (next.extensions ?? 0) + 1
      dropAsk(next, 'extension')
      break
    case 'denyExtension':
      dropAsk(next, 'extension')
      break
    case 'suspend':
      next.suspensions = (next.suspensions ?? 0) + 1
      if (b.payload.until) next.until = b.payload.until
      dropAsk(next, 'suspension')
      break
    case 'denySuspension':
      dropAsk(next, 'suspension')
      break
    case 'resume':
      delete next.until
      break
    case 'void':
    case 'denyVoid':
      dropAsk(next, 'void')
      break
    case 'grantAppeal':
      next.excused = true
      dropAsk(next, 'appeal')
      break
    case 'denyAppeal':
      dropAsk(next, 'appeal')
      break
  }
}

/**
 * Brings the case to another state. Nobody is out for a case that no longer waits for it, and what a unit asked for goes with the
 * handling.
 */
export function lead(next: Case, to: State): void {
  if (to === 'merged') next.before = next.state
  else if (to === next.before) delete next.before
  next.state = to
  const kind = next.task?.kind
  if (to !== 'merged' && ((kind === 'verify' && to !== 'verifying') || (kind === 'recheck' && to !== 'handled'))) delete next.task
  if (to !== 'dispatched') {
    dropAsk(next, 'extension')
    dropAsk(next, 'suspension')
  }
}

function send(next: Case, kind: TaskKind, { payload }: Body, v: Verdict): void {
  next.task = { kind, ...(payload.assignee && { assignee: payload.assignee }), how: payload.how ?? 'pick', since: v.received, revision: next.revision }
}

function reassign(next: Case, { payload }: Body): void {
  if (!next.task) return
  const { kind, how, since } = next.task
  next.task = { kind, ...(payload.assignee && { assignee: payload.assignee }), how: payload.how ?? how, since, revision: next.revision }
}

/** Hands the case to a unit; the one that had it before is remembered. */
function give(next: Case, unit: string | undefined): void {
  if (next.unit !== undefined && next.unit !== unit) setList(next, 'units', [...without(next.units, next.unit), next.unit])
  set(next, 'unit', unit)
}

function putAsk(next: Case, kind: AskKind, b: Body, v: Verdict): void {
  dropAsk(next, kind)
  const { reason = '', until } = b.payload
  next.asks = [...(next.asks ?? []), { kind, by: b.author, at: v.at, reason, ...(until && { until }), revision: next.revision }]
}

function dropAsk(next: Case, kind: AskKind): void {
  setList(next, 'asks', (next.asks ?? []).filter((one) => one.kind !== kind))
}

/** Sets the values that were chosen between, and says of the conflicts that the chooser had seen that they are settled. */
function settle(next: Case, b: Body): void {
  for (const ch of b.payload.changes ?? []) {
    setField(next, ch, b.author)
    const chosen = (one: Conflict) => one.field === ch.field && one.revision <= b.seen && !one.settled
    if (next.conflicts) next.conflicts = next.conflicts.map((one) => (chosen(one) ? { ...one, settled: next.revision } : one))
  }
}

/** Takes over what the server reckoned. */
export function setClocks(next: Case, clocks: readonly Clock[] = []): void {
  for (const clock of clocks) {
    const all = next.clocks ?? []
    next.clocks = all.some(({ phase }) => phase === clock.phase) ? all.map((have) => (have.phase === clock.phase ? clock : have)) : [...all, clock]
  }
}

function without(all: readonly string[] | undefined, one: string | undefined): string[] {
  return (all ?? []).filter((each) => each !== one)
}

/** An empty word is an absent one, an empty list an absent list. */
function set(next: Case, field: 'condition' | 'unit' | 'into', value: string | undefined): void {
  if (value === undefined || value === '') Reflect.deleteProperty(next, field)
  else next[field] = value
}

function setList<K extends 'asks' | 'duplicates' | 'units'>(next: Case, field: K, value: NonNullable<Case[K]>): void {
  if (value.length === 0) Reflect.deleteProperty(next, field)
  else next[field] = value
}
