// How cases live: steps that the table permits, now and then ones that it does not, and tours that show every loop.

import type { Action, Case, Move, Payload, Photo } from '@shared/types.gen'
import { judge } from '@shared/judge'
import { allows, builtinWorkflow, fits, moveOf, opens } from '@shared/workflow'
import { bodyOf, categories, chooseCase, photo, words } from './deeds'
import type { Phone } from './phone'
import type { Random } from './random'
import type { World } from './world'

/** States from which a life goes nowhere, or only back. */
const ends: ReadonlySet<string> = new Set(['returned', 'rejected', 'selfHandled', 'merged', 'void', '<'])

/** Somebody does something with a case that the phone shows: mostly onwards, mostly what fits. */
export function step(w: World, p: Phone, r: Random): void {
  const role = w.believed(p)?.role
  const c = chooseCase(p, r)?.case
  if (!c) return
  const permitted = builtinWorkflow.moves.filter((move) => !opens(move) && allows(move, role))
  const stray = r.chance(0.1)
  const fitting = stray ? permitted : permitted.filter((move) => fits(move, c.state))
  const onwards = fitting.filter((move) => move.to && !ends.has(move.to))
  for (let left = 4; left > 0; left--) {
    const move = r.pick(onwards.length > 0 && r.chance(0.6) ? onwards : fitting)
    if (move !== undefined && attempt(w, p, r, c, move, stray)) return
  }
}

/** Somebody does what the table never lets them do, whatever the case. */
export function forbidden(w: World, p: Phone, r: Random): void {
  const id = chooseCase(p, r)?.id ?? r.uuid()
  const author = { kind: 'person' as const, id: p.person }
  const moves = builtinWorkflow.moves.filter(({ action }) => w.never({ action, author } as Parameters<World['never']>[0]))
  const move = r.pick(moves)
  if (move !== undefined) w.save(p, (chain) => bodyOf(p, chain, move.action, id, { reason: '理由', unit: 'env', number: '1', phase: 'handle' }, photos(r, p, move)))
}

/** Saves the step if the phone would offer it, or all the same where it is meant to stray. */
function attempt(w: World, p: Phone, r: Random, c: Case, move: Move, stray: boolean): boolean {
  const person = w.believed(p)
  const payload = complete(w, p, r, c, move)
  if (person === undefined || payload === null) return false
  const shots = photos(r, p, move)
  const nowhere = { ...blank, person: p.person }
  const standing = { role: person.role, squad: person.squad, ...(person.unit && { unit: person.unit }) }
  const body = bodyOf(p, nowhere, move.action, c.id, payload, shots)
  const { outcome } = judge(c, body, { now: w.clock.now, standingNow: standing, standingThen: standing, categoryKnown: true })
  if (outcome !== 'applied' && !stray) return false
  w.save(p, (chain) => bodyOf(p, chain, move.action, c.id, payload, shots))
  return true
}

const blank = { replica: '', operations: [], last: 0, lastHash: '', acked: 0, ackedHash: '', successor: null }

function photos(r: Random, p: Phone, { needs }: Move): Photo[] {
  const parts = needs.flatMap((need) => partsOf[need] ?? [])
  return parts.map((part) => photo(r, part, p.now))
}

const partsOf: Readonly<Record<string, Photo['part'][]>> = { photo: ['scene'], photoOrSaid: ['scene'], beforePhoto: ['before'], afterPhoto: ['after'] }

/** All that the step requires; null where there is nothing to put. */
function complete(w: World, p: Phone, r: Random, c: Case, { action, needs }: Move): Payload | null {
  const payload: Payload = {}
  for (const need of needs) {
    if (need === 'words') payload.words = words(r)
    if (need === 'reason') payload.reason = '理由'
    if (need === 'unit') payload.unit = r.pick(['env', 'road']) ?? 'env'
    if (need === 'until') payload.until = w.clock.now + r.whole(5_000, 60_000)
    if (need === 'changes' || need === 'changesPhotoOrWords') payload.changes = [{ field: 'address', from: c.address ?? '', to: `${words(r)} ${r.whole(1, 9)}` }]
    if (need === 'into') {
      const into = chooseCase(p, r, (other) => other.id !== c.id && other.state !== 'merged')
      if (into === null) return null
      payload.into = into.id
    }
    if (need === 'assignee') {
      const assignee = collector(w, r, c)
      if (assignee === undefined) return null
      payload.assignee = assignee
    }
  }
  if ((action === 'sendVerify' || action === 'sendRecheck') && r.chance(0.7)) {
    const assignee = collector(w, r, c)
    return { ...payload, ...(assignee && { assignee }), how: 'pick' }
  }
  return action === 'close' && r.chance(0.7) ? { ...payload, reason: '一目了然' } : payload
}

function collector(w: World, r: Random, c: Case): string | undefined {
  return r.pick(w.people.filter(({ role, squad }) => role === 'collector' && squad === c.squad))?.id
}

/** Lives that show every loop; what the server does by itself comes in between. */
const tours: readonly (readonly Action[])[] = [
  ['report', 'sendVerify', 'start', 'verifyReal', 'file', 'dispatch', 'askExtension', 'grantExtension', 'askSuspension', 'suspend', 'resume',
    'handle', 'sendRecheck', 'start', 'recheckFail', 'handle', 'sendRecheck', 'recheckPass', 'close', 'reopen', 'handle'],
  ['report', 'sendVerify', 'recallVerify', 'file', 'dispatch', 'handBack', 'dispatch', 'askExtension', 'denyExtension', 'askSuspension', 'denySuspension', 'handle', 'rework', 'handle', 'close'],
  ['report', 'file', 'dispatch', 'overdue', 'handle', 'close', 'appeal', 'grantAppeal', 'reopen', 'handle', 'close', 'appeal', 'denyAppeal'],
  ['report', 'reject', 'reconsider', 'sendVerify', 'verifyFalse', 'file', 'askVoid', 'denyVoid', 'askVoid', 'void'],
  ['report', 'confirm', 'supervise', 'file', 'merge', 'separate', 'sendVerify', 'dispatch', 'handBack', 'transfer'],
  ['report', 'amend', 'settle', 'sendVerify', 'merge', 'separate', 'verifyReal', 'file', 'dispatch', 'handle', 'close'],
  ['selfHandle', 'auditPass', 'reopen', 'handle', 'close'],
  ['selfHandle', 'auditFail', 'reconsider', 'merge', 'separate', 'return', 'resubmit'],
]

/** A case is carried through one of the tours, by whoever may and shows it; a step that nobody can do is left out in the end. */
export function tour(w: World, r: Random): void {
  const id = r.uuid()
  const script = [...(r.pick(tours) ?? [])]
  let tries = 0
  const next = () => {
    const [action] = script
    if (action === undefined || tries > 30) return
    w.duties()
    tries++
    if (take(w, r, id, action) || tries % 3 === 0) script.shift()
    w.clock.after(r.whole(500, 4_000), next)
  }
  next()
}

function take(w: World, r: Random, id: string, action: Action): boolean {
  const move = moveOf(builtinWorkflow, action)
  if (move === undefined) return true
  if (action === 'overdue') return w.byServer(id, action, { phase: 'handle' }), true
  if (action === 'transfer') return w.byServer(id, action, { squad: r.pick(['A', 'B']) ?? 'A' }), true
  const from = r.whole(0, w.phones.length - 1)
  for (const p of [...w.phones.slice(from), ...w.phones.slice(0, from)]) {
    if (!allows(move, w.believed(p)?.role)) continue
    if (opens(move)) {
      w.save(p, (chain) => bodyOf(p, chain, action, id, { category: categories[0], description: words(r) }, photos(r, p, move)))
      return true
    }
    const { cases, place } = p.storage.view(p.person)
    const row = cases.get(id)
    const shown = row !== undefined && !row.left && row.generation === place.generation
    if (shown && attempt(w, p, r, row.case, move, false)) return true
  }
  return false
}
