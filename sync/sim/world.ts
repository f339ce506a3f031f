// One run: a small city, its phones and people, and what is done to them. Everything follows from the seed and the list of
// actions; leaving one out changes only what hangs on it.

import type { Action, Body, Payload } from '@shared/types.gen'
import { step as realStep } from '../replica/replica'
import { allows, builtinWorkflow, moveOf } from '@shared/workflow'
import { lights } from './check'
import { Clock } from './clock'
import { Ledger } from './ledger'
import { Network } from './network'
import { Phone } from './phone'
import type { Around, Step } from './phone'
import { Random } from './random'
import { hashText, sign } from './sealing'
import { keyOf } from './storage'
import type { Storage } from './storage'
import type { Dump, Steps } from './steps'
import { Witness } from './witness'

export interface Person {
  readonly id: string
  role: 'collector' | 'leader' | 'unit' | 'admin'
  squad: string
  unit?: string
}

/** A bug to plant: in the server's half by its name, in the phone's half by what stands in place of step. */
export interface Plant {
  readonly server?: string
  readonly step?: (real: Step) => Step
}

export class World implements Around {
  readonly clock = new Clock(1_750_000_000_000)
  readonly network: Network
  readonly step: Step
  readonly people: Person[]
  readonly phones: Phone[]
  readonly ledger = new Ledger()
  readonly witness: Witness
  readonly revoked = new Set<string>()
  readonly snapshots = new Map<Phone, Storage>()
  readonly violations: string[] = []
  /** Whether units and the centre take part: seeds without a letter are of the time before there were any. */
  readonly whole: boolean
  /** Who ever led a squad: the names of the others are not for units. */
  readonly led = new Set<string>()
  /** What everybody ever was, and since when. */
  private readonly moves: { readonly at: number; readonly person: Person }[] = []
  /** Where the server's own replica stands. */
  centre = { counter: 0, hash: '' }
  private readonly random: Random

  constructor(
    readonly seed: string,
    readonly steps: Steps,
    plant: Plant,
  ) {
    this.random = new Random(seed, 'world')
    this.whole = isWhole(seed)
    this.step = plant.step?.(realStep) ?? realStep
    this.people = [
      person('leader-a', 'leader', 'A'), person('leader-b', 'leader', 'B'),
      person('a1', 'collector', 'A'), person('a2', 'collector', 'A'), person('a3', 'collector', 'A'),
      person('b1', 'collector', 'B'), person('b2', 'collector', 'B'),
      ...(this.whole ? [ofUnit('u-env', 'env'), ofUnit('u-road', 'road'), person('admin', 'admin', '')] : []),
    ]
    for (const one of this.people) {
      if (one.role === 'leader') this.led.add(one.id)
      this.moves.push({ at: 0, person: { ...one } })
    }
    steps.call({ op: 'reset', now: this.clock.now, plant: plant.server ?? '', people: this.people })
    this.witness = new Witness(this)
    this.network = new Network(seed, this.clock, steps, this.witness)
    const units = this.whole ? [['u-env'], ['u-road', 'admin']] : []
    this.phones = [['leader-a'], ['leader-b'], ['a1'], ['a2', 'a3'], ['b1', 'b2'], ...units].map((people, i) => this.phone(`phone${i}`, people))
    this.network.call({ op: 'enrol', replica: serverReplica, person: 'server', key: keyOf(serverReplica) })
  }

  phone(name: string, people: readonly string[]): Phone {
    const random = new Random(this.seed, name)
    const skew = random.chance(0.5) ? 0 : random.whole(-7_200_000, 7_200_000)
    return new Phone(name, people[0] ?? '', people, skew, this, random)
  }

  /** A clone of a phone: the same profile on another one. */
  clone(from: Phone): Phone {
    const twin = this.phone(`${from.name}-clone${this.phones.length}`, from.people)
    twin.person = from.person
    twin.storage = from.storage.copy()
    this.ledger.copied(from, twin)
    this.phones.push(twin)
    return twin
  }

  personOf(id: string): Person | undefined {
    return this.people.find((p) => p.id === id)
  }

  /** Saves an operation on a phone, and tells its page. */
  save(phone: Phone, make: (chain: ReturnType<Storage['own']>) => Body, spoil: { text?: string; signature?: string; expect?: string } = {}): void {
    const chain = phone.storage.own(phone.person, () => phone.random.uuid())
    const body = make(chain)
    const stored = phone.storage.add(chain, body, null, spoil.text, spoil.signature)
    this.ledger.made(phone, stored, body, spoil.expect ?? (this.never(body) ? 'operation.notPermitted' : null))
    phone.saved(chain)
  }

  /** A person's place in the centre changes, and the phones hear of it when they next come. */
  move(person: Person): void {
    if (person.role === 'leader') this.led.add(person.id)
    this.moves.push({ at: this.clock.now, person: { ...person } })
    this.network.call({ op: 'move', person: person.id, squad: person.squad, role: person.role, unit: person.unit ?? '' })
  }

  /** What a phone's person takes themselves for: what they were when the phone last heard from the server. */
  believed(phone: Phone): Person | undefined {
    const heard = phone.storage.clock?.anchor?.at ?? 0
    return this.moves.filter(({ at, person }) => person.id === phone.person && at <= heard).pop()?.person
  }

  /** Whether the table never lets the author do it, in whatever role that person may come to be. */
  never({ author, action }: Body): boolean {
    const role = this.personOf(author.id)?.role
    const move = moveOf(builtinWorkflow, action)
    if (move === undefined || role === undefined) return false
    return role === 'unit' || role === 'admin' ? !allows(move, role) : !allows(move, 'collector') && !allows(move, 'leader')
  }

  /** What the server's own replica does: it has no phone and no connection, and is never lost. */
  byServer(id: string, action: Action, payload: Payload): void {
    const { counter, hash } = this.centre
    const body = {
      v: 1, replica: serverReplica, counter: counter + 1, ...(counter > 0 && { prev: hash }), case: id, author: { kind: 'server', id: 'server' },
      source: 'server', action, payload, seen: 0, taxonomy: 'sim-1', time: { device: this.clock.now },
    }
    const text = JSON.stringify(body)
    this.centre = { counter: counter + 1, hash: hashText(text) }
    const signature = sign(keyOf(serverReplica), this.centre.hash)
    const push = { t: 'push', replica: serverReplica, first: counter + 1, oldest: 1, operations: [text], signature }
    this.network.call({ op: 'push', text: JSON.stringify(push) })
    this.network.call({ op: 'commit', hold: true })
  }

  /** The server does what it has to: numbers, resumes, marks what is overdue, sends somebody, keeps duplicates with what they went into. */
  duties(): void {
    const { owed } = this.network.call({ op: 'owed' })
    for (const { case: id, action, payload } of owed ?? []) this.byServer(id, action, payload)
  }

  enrol(phone: Phone, replica: string, done: () => void): void {
    if (!phone.signal) return phone.later(enrolAgainMs, () => this.enrol(phone, replica, done))
    const chain = phone.storage.chains.find((c) => c.replica === replica)
    phone.later(this.random.whole(20, 600), () => {
      this.network.call({ op: 'enrol', replica, person: chain?.person ?? phone.person, key: keyOf(replica) })
      phone.later(this.random.whole(5, 100), done)
    })
  }

  kept(phone: Phone): void {
    for (const chain of phone.storage.chains) this.ledger.receipted(chain)
    if (phone.signal && this.random.chance(this.network.calm ? 1 : 0.5)) this.upload(phone)
  }

  /** Sends the photos of operations that were acknowledged, as the uploads beside the socket do. */
  upload(phone: Phone): void {
    for (const [hash, { person: by, case: id }] of [...phone.storage.photos]) {
      const waits = phone.storage.chains.some((c) => c.successor === null && c.operations.some((o) => o.case === id && o.counter > c.acked))
      if (waits) continue
      phone.later(this.random.whole(50, 3_000), () => {
        if (!phone.signal || !phone.storage.photos.has(hash)) return
        this.network.call({ op: 'arrive', person: by, hash, damaged: hash.startsWith('0'), hold: this.random.chance(0.5) })
        this.witness.arrived(hash, by)
        phone.later(this.random.whole(5, 300), () => {
          phone.storage.photos.delete(hash)
          phone.storage.tidy()
        })
      })
    }
  }

  /** Looks at every phone's sync light while everything goes on (L13). */
  look(): void {
    lights(this, this.dump())
  }

  dump(): Dump {
    const { dump } = this.steps.call({ op: 'dump', now: this.clock.now })
    if (dump === undefined) throw new Error('the server half gave no dump')
    return dump
  }

  violated(what: string): void {
    if (this.violations.length < 20) this.violations.push(what)
  }
}

/** A phone that cannot enrol its replica tries again. */
const enrolAgainMs = 15_000

export const serverReplica = '5e47e400-0000-7000-8000-000000000001'

/** Seeds of the whole centre begin with a letter, so that older ones still say what they said. */
export function isWhole(seed: string): boolean {
  return seed.startsWith('L')
}

function ofUnit(id: string, unit: string): Person {
  return { id, role: 'unit', squad: '', unit }
}

function person(id: string, role: Person['role'], squad: string): Person {
  return { id, role, squad }
}
