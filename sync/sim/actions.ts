// What may happen in a run. Each action has a salt of its own, so that it does the same whatever else is left out.

import type { Case } from '@shared/types.gen'
import { bodyOf, categories, chooseCase, chooseOwn, photo, words } from './deeds'
import { forbidden, step, tour } from './lives'
import type { Phone } from './phone'
import { Random } from './random'
import { isWhole } from './world'
import type { World } from './world'

export interface Action {
  /** Milliseconds from the beginning of the run. */
  readonly at: number
  readonly kind: Kind
  readonly salt: number
}

export const weights = {
  // people
  report: 14, comment: 8, attach: 6, amend: 8, resubmit: 4, selfHandle: 4, decide: 12, burst: 2,
  // things that deserve a refusal
  unknownCategory: 1, foreignCase: 1, foreignAuthor: 1, garbled: 1,
  // the centre
  transfer: 2, number: 1, move: 2, revoke: 1,
  // phones
  signIn: 3, crash: 5, wake: 4, full: 2, snapshot: 3, rollback: 3, clone: 1, loseRows: 2, rot: 3, upload: 3, ask: 1, seen: 1,
  // network and server
  signalOff: 3, signalOn: 5, cut: 5, freeze: 2, replay: 2, restart: 2, failCommit: 2, poison: 1, heal: 3,
  look: 2,
}

/** Where units and the centre take part, most of what happens is the life of cases. */
export const wholeWeights = { ...weights, report: 6, comment: 4, attach: 3, amend: 5, resubmit: 2, decide: 3, number: 0, step: 60, tour: 8, forbidden: 4, duties: 6 }

export type Kind = keyof typeof wholeWeights

const none = { step: 0, tour: 0, forbidden: 0, duties: 0 }

/** The plan of a run. */
export function plan(seed: string): Action[] {
  const random = new Random(seed, 'plan')
  const actions: Action[] = []
  let at = 0
  for (let left = random.whole(20, 70); left > 0; left--) {
    at += random.chance(0.3) ? random.whole(0, 300) : random.whole(0, 9_000)
    actions.push({ at, kind: random.weighted<Kind>(isWhole(seed) ? wholeWeights : { ...weights, ...none }), salt: random.whole(0, 1e9) })
  }
  return actions
}

export function act(world: World, { kind, salt }: Action): void {
  const random = new Random(world.seed, 'act', salt)
  const phone = random.pick(world.phones)
  if (phone === undefined) return
  const reports = ['collector', 'leader'].includes(world.personOf(phone.person)?.role ?? '')
  acts[ofSquads.has(kind) && !reports ? 'step' : kind](world, phone, random)
}

/** What units and the centre never do: they take a step of their own instead. */
const ofSquads = new Set<Kind>(['report', 'burst', 'comment', 'attach', 'amend', 'resubmit', 'selfHandle', 'unknownCategory', 'foreignAuthor', 'garbled'])

type Act = (world: World, phone: Phone, random: Random) => void

const acts: Record<Kind, Act> = {
  report: (w, p, r) => void report(w, p, r),
  burst: (w, p, r) => {
    const ids = [report(w, p, r), report(w, p, r), report(w, p, r)]
    for (let left = r.whole(10, 50); left > 0; left--) comment(w, p, r, r.pick(ids) ?? null)
  },
  comment: (w, p, r) => comment(w, p, r, chooseCase(p, r)?.id ?? chooseOwn(p, r)),
  attach: (w, p, r) => {
    const id = chooseOwn(p, r) ?? chooseCase(p, r)?.id ?? null
    if (id !== null) w.save(p, (chain) => bodyOf(p, chain, 'attach', id, {}, [photo(r, 'scene', p.now)]))
  },
  amend: (w, p, r) => amend(w, p, r, 'amend', () => true),
  resubmit: (w, p, r) => amend(w, p, r, 'resubmit', (c) => c.state === 'returned'),
  selfHandle: (w, p, r) => {
    const photos = [photo(r, 'before', p.now), photo(r, 'after', p.now)]
    w.save(p, (chain) => bodyOf(p, chain, 'selfHandle', r.uuid(), { category: categories[0] }, photos))
  },
  decide,
  step,
  tour: (w, _p, r) => tour(w, r),
  forbidden,
  duties: (w) => w.duties(),
  unknownCategory: (w, p, r) =>
    w.save(p, (chain) => bodyOf(p, chain, 'report', r.uuid(), { category: 'sim|matter|99', description: 'x' }), { expect: 'category.unknown' }),
  foreignCase: (w, p, r) => {
    const other = w.phones.find((one) => w.personOf(one.person)?.squad !== w.personOf(p.person)?.squad)
    const id = other && chooseCase(other, r)?.id
    if (id) w.save(p, (chain) => bodyOf(p, chain, 'comment', id, { words: words(r) }), { expect: 'case.notInScope' })
  },
  foreignAuthor: (w, p, r) =>
    w.save(p, (chain) => ({ ...bodyOf(p, chain, 'report', r.uuid(), { category: categories[0], description: 'x' }), author: { kind: 'person', id: 'leader-a!' } }), {
      expect: 'operation.authorMismatch',
    }),
  garbled: (w, p, r) =>
    w.save(p, (chain) => bodyOf(p, chain, 'comment', r.uuid(), { words: 'x' }), { text: r.pick(['{', 'null', '{"v":1}', '{"v":2}']) ?? '', expect: 'operation.malformed' }),
  rot: (w, p, r) => {
    const chain = r.pick(p.storage.going(p.person))
    unsynced(w, p, r)
    const operation = r.pick(chain?.operations.filter((o) => o.counter > chain.acked) ?? [])
    if (chain === undefined || operation === undefined) return
    chain.operations = chain.operations.map((o) => (o === operation ? { ...o, signature: 'AAAA' } : o))
    if (r.chance(0.5)) return
    // Later the profile is restored, and makes again what was made again already.
    const before = p.storage.copy()
    w.clock.after(r.whole(5_000, 20_000), () => damage(w, p, r, () => (p.storage = before.copy())))
  },
  transfer: (w, _p, r) => centre(w, r, 'transfer', { squad: r.pick(['A', 'B']) ?? 'A' }),
  number: (w, _p, r) => centre(w, r, 'number', { number: `株石中队六 ${r.whole(1, 99)}` }),
  move: (w, _p, r) => {
    const person = r.pick(w.people)
    if (person === undefined) return
    if (person.role === 'admin') return
    if (person.role === 'unit') person.unit = person.unit === 'env' ? 'road' : 'env'
    else if (r.chance(0.7)) person.squad = person.squad === 'A' ? 'B' : 'A'
    else person.role = person.role === 'leader' ? 'collector' : 'leader'
    w.move(person)
  },
  revoke: (w, p, r) => {
    const chain = r.pick(p.storage.going(p.person))
    if (chain === undefined) return
    w.revoked.add(chain.replica)
    w.network.call({ op: 'revoke', replica: chain.replica })
  },
  signIn: (_w, p, r) => {
    const next = r.pick(p.people.filter((id) => id !== p.person))
    if (next === undefined) return
    p.take({ type: 'stop' })
    p.crash()
    p.person = next
    p.start()
  },
  crash: (_w, p, r) => restartPage(p, r),
  wake: (_w, p) => p.wake(),
  full: (w, p, r) => {
    p.full = true
    w.clock.after(r.whole(100, 15_000), () => (p.full = false))
  },
  snapshot: (w, p) => void w.snapshots.set(p, p.storage.copy()),
  rollback: (w, p, r) => {
    const before = w.snapshots.get(p)
    if (before === undefined) return
    damage(w, p, r, () => (p.storage = before.copy()))
    unsynced(w, p, r)
  },
  clone: (w, p, r) => {
    if (w.phones.length >= (w.whole ? 9 : 7)) return
    if (r.chance(0.5)) unsynced(w, p, r)
    const twin = w.clone(p)
    if (r.chance(0.3)) acts.rot(w, p, r)
    w.snapshots.set(twin, twin.storage.copy())
    for (const one of [p, twin]) unsynced(w, one, r)
    twin.start()
  },
  loseRows: (w, p, r) => {
    for (let left = r.whole(0, 3); left > 0; left--) unsynced(w, p, r)
    damage(w, p, r, () => loseRows(p, r))
  },
  upload: (w, p) => w.upload(p),
  ask: (_w, p) => {
    const [chain] = p.storage.going(p.person)
    const hashes = [...p.storage.photos.keys()]
    if (chain !== undefined && hashes.length > 0) p.take({ type: 'ask', replica: chain.replica, hashes })
  },
  seen: (_w, p, r) => {
    const one = chooseCase(p, r)
    if (one?.case) p.take({ type: 'seen', cases: [{ case: one.id, revision: one.case.revision }] })
  },
  signalOff: (w, p) => {
    p.signal = false
    w.network.freeze(p)
  },
  signalOn: (_w, p, r) => {
    p.signal = true
    if (r.chance(0.6)) p.wake()
  },
  cut: (w, p, r) => {
    if (r.chance(0.5)) for (const one of w.phones) if (one === p || r.chance(0.5)) unsynced(w, one, r)
    w.network.cut(p)
    if (r.chance(0.5)) p.later(r.whole(300, 1_000), () => p.wake())
  },
  freeze: (w, p) => w.network.freeze(p),
  replay: (w, p) => w.network.replay(p),
  restart: (w) => w.network.restart(),
  failCommit: (w) => void (w.network.failNext = true),
  poison: (w, p, r) => void (w.network.poison = r.pick(p.storage.chains)?.replica ?? ''),
  heal: (w) => void (w.network.poison = ''),
  look: (w) => w.look(),
}

function report(w: World, p: Phone, r: Random): string {
  const photos = Array.from({ length: r.whole(0, 2) }, () => photo(r, 'scene', p.now))
  const id = r.uuid()
  w.save(p, (chain) => bodyOf(p, chain, 'report', id, { category: r.pick(categories) ?? '', description: words(r) }, photos))
  if (r.chance(0.3)) comment(w, p, r, id)
  return id
}

/** Work that is on the phone only, for now. */
function unsynced(w: World, p: Phone, r: Random): void {
  const role = w.personOf(p.person)?.role
  for (let left = r.whole(0, 2); left > 0; left--) {
    if (role === 'unit' || role === 'admin') {
      step(w, p, r)
      continue
    }
    const one = r.chance(0.4) ? chooseCase(p, r) : null
    if (one === null) report(w, p, r)
    else comment(w, p, r, one.id)
  }
}

function comment(w: World, p: Phone, r: Random, id: string | null): void {
  if (id !== null) w.save(p, (chain) => bodyOf(p, chain, 'comment', id, { words: words(r) }))
}

function amend(w: World, p: Phone, r: Random, action: 'amend' | 'resubmit', fits: (c: Case) => boolean): void {
  const one = chooseCase(p, r, fits)
  if (one === null) return
  const field = r.pick(['description', 'address'] as const) ?? 'address'
  w.save(p, (chain) => bodyOf(p, chain, action, one.id, { changes: [{ field, from: one.case?.[field] ?? '', to: `${words(r)} ${r.whole(1, 9)}` }] }))
}

function decide(w: World, any: Phone, r: Random): void {
  const p = r.pick(w.phones.filter((one) => w.personOf(one.person)?.role === 'leader')) ?? any
  const one = chooseCase(p, r, (c) => c.state === 'reported' || c.state === 'selfHandled')
  if (one === null || one.case === null) return
  const action = r.pick(one.case.state === 'reported' ? (['return', 'file', 'reject'] as const) : (['auditPass', 'auditFail'] as const)) ?? 'file'
  w.save(p, (chain) => bodyOf(p, chain, action, one.id, { reason: '理由' }))
}

/** The server's own replica, at some case that somebody shows. */
function centre(w: World, r: Random, action: 'transfer' | 'number', payload: { squad?: string; number?: string }): void {
  const cases = w.phones.flatMap((p) => [...p.storage.view(p.person).cases.values()].map((row) => row.case))
  const id = r.pick(cases)?.id
  if (id !== undefined) w.byServer(id, action, payload)
}

function restartPage(p: Phone, r: Random): void {
  p.crash()
  p.later(r.whole(0, 20_000), () => p.start())
}

/** Something befalls a phone's storage while its page is closed; the ledger learns what is gone with it. */
function damage(w: World, p: Phone, r: Random, what: () => void): void {
  p.crash()
  what()
  // What a chain held that was left for another is of no use any more: it was made again there.
  const going = p.storage.chains.filter((chain) => chain.successor === null)
  w.ledger.reduced(p, new Set(going.flatMap((chain) => chain.operations.map((o) => o.origin))))
  p.later(r.whole(0, 20_000), () => p.start())
}

/** Some operations that were never acknowledged are gone, those after them are not. */
function loseRows(p: Phone, r: Random): void {
  const chain = r.pick(p.storage.going(p.person).filter((c) => c.last > c.acked + 1))
  if (chain === undefined) return
  const to = r.whole(chain.acked + 1, chain.last - 1)
  const from = r.chance(0.5) ? 1 : chain.acked + 1
  chain.operations = chain.operations.filter((o) => o.counter < from || o.counter > to)
}
