// One run: a small city, its phones and people, and what is done to them. Everything follows from the seed and the list of
// actions; leaving one out changes only what hangs on it.

import type { Body } from '@shared/types.gen'
import { step as realStep } from '../replica/replica'
import { lights } from './check'
import { Clock } from './clock'
import { Ledger } from './ledger'
import { Network } from './network'
import { Phone } from './phone'
import type { Around, Step } from './phone'
import { Random } from './random'
import { keyOf } from './storage'
import type { Storage } from './storage'
import type { Dump, Steps } from './steps'
import { Witness } from './witness'

export interface Person {
  readonly id: string
  role: 'collector' | 'leader'
  squad: string
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
  /** Where the server's own replica stands. */
  centre = { counter: 0, hash: '' }
  private readonly random: Random

  constructor(
    readonly seed: string,
    readonly steps: Steps,
    plant: Plant,
  ) {
    this.random = new Random(seed, 'world')
    this.step = plant.step?.(realStep) ?? realStep
    this.people = [
      person('leader-a', 'leader', 'A'), person('leader-b', 'leader', 'B'),
      person('a1', 'collector', 'A'), person('a2', 'collector', 'A'), person('a3', 'collector', 'A'),
      person('b1', 'collector', 'B'), person('b2', 'collector', 'B'),
    ]
    steps.call({ op: 'reset', now: this.clock.now, plant: plant.server ?? '', people: this.people })
    this.witness = new Witness(this)
    this.network = new Network(seed, this.clock, steps, this.witness)
    this.phones = [['leader-a'], ['leader-b'], ['a1'], ['a2', 'a3'], ['b1', 'b2']].map((people, i) => this.phone(`phone${i}`, people))
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
    this.ledger.made(phone, stored, body, spoil.expect ?? null)
    phone.saved(chain)
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

function person(id: string, role: Person['role'], squad: string): Person {
  return { id, role, squad }
}
