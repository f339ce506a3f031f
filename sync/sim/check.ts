// What must hold once the network is good again, and the sync light at any time.

import { parseBody } from '@shared/body'
import type { Body, Case } from '@shared/types.gen'
import { moveOf, builtinWorkflow } from '@shared/workflow'
import type { Deed } from './ledger'
import type { Phone } from './phone'
import { walk } from './walk'
import type { Person, World } from './world'
import { receiptText } from '../wire/wire'
import { mac, receiptKey } from './sealing'
import type { Dump, Row } from './steps'

/** L13: "all sent" only if the server holds everything that the phone made. */
export function lights(world: World, dump: Dump): void {
  const held = new Map(dump.rows.map((row) => [`${row.replica}/${row.counter}`, row.hash]))
  for (const phone of world.phones.filter((p) => p.storage.allSent())) {
    for (const chain of phone.storage.chains) {
      if (chain.successor !== null) continue
      for (const o of chain.operations) {
        if (held.get(`${chain.replica}/${o.counter}`) !== o.hash) world.violated(`L13: ${phone.name} says "all sent", the server lacks ${chain.replica}/${o.counter}`)
      }
    }
  }
}

/** Everything that must hold when the run is over. */
export function verify(world: World): Dump {
  const dump = world.dump()
  const deeds = arrivals(world, dump)
  for (const deed of world.ledger.deeds.values()) once(world, deed, deeds.get(deed.origin) ?? [])
  for (const phone of world.phones) {
    settled(world, phone)
    receipts(world, phone, dump)
    converged(world, phone, dump)
  }
  gaps(world, dump)
  folds(world, dump)
  lights(world, dump)
  return dump
}

/** The rows of each deed, whatever it was made as. */
function arrivals(world: World, dump: Dump): Map<string, Row[]> {
  const rows = new Map<string, Row[]>()
  const numbers = new Set<string>()
  for (const row of dump.rows) {
    const number = `${row.replica}/${row.counter}`
    if (numbers.has(number)) world.violated(`L3: ${number} was taken twice`)
    numbers.add(number)
    const was = read(row.text)?.was
    const origin = was ? `${was.replica}/${was.counter}/${was.hash}` : `${number}/${row.hash}`
    rows.set(origin, [...(rows.get(origin) ?? []), row])
  }
  return rows
}

function read(text: string): Body | null {
  try {
    return parseBody(text)
  } catch {
    return null
  }
}

/** L3 and L6: every deed is there, has its effect once, and field evidence is not refused. */
function once(world: World, deed: Deed, rows: readonly Row[]): void {
  const what = `${deed.body.action} ${deed.origin.slice(0, 50)} of ${deed.body.author.id} on ${deed.phone}`
  const counted = rows.filter((row) => row.verdict.fault !== 'operation.repeated')
  const effects = counted.filter((row) => row.verdict.outcome !== 'refused')
  if (effects.length > 1) world.violated(`L3: ${what} took effect ${effects.length} times`)
  const row = effects[0] ?? counted[0]
  if (row === undefined) {
    if ((deed.on.size > 0 || deed.receipted) && deed.expect !== 'operation.malformed') world.violated(`L3: ${what} is lost`)
    return
  }
  const { outcome, fault } = row.verdict
  const evidence = moveOf(builtinWorkflow, deed.body.action)?.evidence ?? false
  if (deed.expect !== null) {
    if (outcome !== 'refused' && deed.expect !== 'case.notInScope') world.violated(`R23: ${what} is ${outcome}, though it deserves ${deed.expect}`)
  } else if (evidence && outcome === 'refused' && !excused(world, deed, row)) {
    world.violated(`L6: ${what} was refused with ${fault}`)
  }
}

/** Refusals that are right: the replica was revoked, or nothing says when it was made (R33). */
function excused(world: World, deed: Deed, row: Row): boolean {
  if (row.verdict.fault === 'replica.revoked') return world.revoked.has(row.replica)
  return (row.verdict.fault === 'case.notInScope' || row.verdict.fault === 'operation.notPermitted') && deed.body.anchor === undefined
}

/** Nothing waits on a phone any more. */
function settled(world: World, phone: Phone): void {
  for (const chain of phone.storage.chains) {
    if (chain.successor === null && chain.acked < chain.last) world.violated(`R9: ${phone.name} still waits with ${chain.replica}/${chain.acked + 1}..${chain.last}`)
  }
  if (phone.replica.link !== 'live') world.violated(`R7: ${phone.name} is ${phone.replica.link}`)
}

/** Every receipt is the server's and says what the server has; what was acknowledged has one. */
function receipts(world: World, phone: Phone, dump: Dump): void {
  const rows = new Map(dump.rows.map((row) => [`${row.replica}/${row.counter}`, row]))
  for (const chain of phone.storage.chains) {
    for (const { answer, counter, hash } of chain.operations) {
      if (answer === null && counter <= chain.acked) world.violated(`R17: ${phone.name} has no receipt for ${chain.replica}/${counter}`)
      if (answer === null) continue
      const row = rows.get(`${chain.replica}/${counter}`)
      const same = row !== undefined && answer.hash === hash && row.hash === hash && row.seq === answer.seq && row.verdict.outcome === answer.outcome
      if (!same) world.violated(`R17: the receipt of ${chain.replica}/${counter} on ${phone.name} is not what the server has`)
      if (answer.mac !== mac(receiptKey, receiptText(chain.replica, answer))) world.violated(`R17: the receipt of ${chain.replica}/${counter} is not the server's`)
    }
  }
}

/** L4: a phone shows exactly the server's cases of its person's scope. */
function converged(world: World, phone: Phone, dump: Dump): void {
  const person = world.personOf(phone.person)
  const want = new Map(theirs(person, dump).map((c) => [c.id, c]))
  const view = phone.storage.view(phone.person)
  for (const [id, row] of view.cases) {
    const c = want.get(id)
    if (c === undefined) world.violated(`L4: ${phone.name} shows case ${id}, which is not in the scope of ${phone.person}`)
    else if (canonical(row.case) !== canonical(c)) world.violated(`L4: ${phone.name} shows case ${id} at revision ${row.case.revision}, the server has ${c.revision}`)
    want.delete(id)
  }
  for (const id of want.keys()) world.violated(`L4: ${phone.name} lacks case ${id}`)
}

/** The cases of a person's scope, as that person may see them: a unit's are the ones that it has now. */
function theirs(person: Person | undefined, { cases, told }: Dump): readonly Case[] {
  if (person?.role === 'unit') return told.filter((c) => c.unit === person.unit)
  const all = cases.map(({ case: c }) => c)
  return person?.role === 'admin' ? all : all.filter((c) => c.squad === person?.squad || c.reporter.id === person?.id)
}

/** A number below the last known one is there or declared lost, never both and never neither (R25). */
function gaps(world: World, dump: Dump): void {
  const numbers = new Set(dump.rows.map((row) => `${row.replica}/${row.counter}`))
  for (const { replica, counter } of dump.known) {
    for (let n = 1; n <= counter; n++) {
      const declared = dump.gaps.filter((gap) => gap.replica === replica && gap.from <= n && n <= gap.to).length
      if (declared + Number(numbers.has(`${replica}/${n}`)) !== 1) world.violated(`R25: ${replica}/${n} is ${declared > 0 ? 'there and declared lost' : 'neither there nor declared lost'}`)
    }
  }
  for (const row of dump.rows) {
    const joint = dump.gaps.some((gap) => gap.replica === row.replica && gap.to + 1 === row.counter)
    const unproven = row.verdict.marks?.includes('chainUnproven') ?? false
    if (row.verdict.outcome !== 'refused' && joint !== unproven) world.violated(`R25: ${row.replica}/${row.counter} ${joint ? 'lacks' : 'has'} the mark chainUnproven`)
  }
}

/** The log walked from empty by the phone's own code gives the server's cases, by steps of the table only. */
function folds(world: World, dump: Dump): void {
  const { cases, wrong } = walk(dump)
  for (const what of wrong) world.violated(what)
  if (cases.size !== dump.cases.length) world.violated(`R27: the log gives ${cases.size} cases, the server has ${dump.cases.length}`)
  for (const { case: c } of dump.cases) {
    const folded = cases.get(c.id)
    if (folded === undefined || canonical(bare(folded)) !== canonical(bare(c))) world.violated(`R27: case ${c.id} is not the fold of its operations`)
    for (const photo of c.photos ?? []) arrived(world, c, photo)
  }
}

function arrived(world: World, c: Case, photo: NonNullable<Case['photos']>[number]): void {
  const by = world.witness.photos.get(photo.hash)
  if (photo.here !== 'waiting' && by === undefined) world.violated(`R35: photo ${photo.hash} of case ${c.id} is ${photo.here}, but never arrived`)
  if (photo.here === 'waiting' && (by?.has(photo.by.id) ?? false)) world.violated(`R35: photo ${photo.hash} of case ${c.id} arrived, and the case does not say so`)
}

/** A case without what is no operation: which photos are here. */
function bare(c: Case): Case {
  return c.photos ? { ...c, photos: c.photos.map((p) => ({ ...p, here: 'waiting', ...(p.previewHere && { previewHere: 'waiting' as const }) })) } : c
}

/** JSON with its names in order: two values are the same if their texts are. */
export function canonical(value: unknown): string {
  return JSON.stringify(value, (_name, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner) ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1))) : inner,
  )
}

/** R39: a second quiet round brings nothing and sends nothing again. */
export function quiet(world: World): void {
  const { counted } = world.witness
  const allowed = new Set(['hello', 'welcome', 'pull', 'cases', 'have', 'ping', 'pong'])
  for (const [what, count] of counted) if (!allowed.has(what)) world.violated(`R39: a quiet round had ${count} ${what}`)
  for (const what of ['hello', 'pull', 'cases']) {
    if (counted.get(what) !== world.phones.length) world.violated(`R39: ${world.phones.length} phones made ${counted.get(what) ?? 0} ${what} in a quiet round`)
  }
}

