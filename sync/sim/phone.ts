// A phone: the real replica, with the shell that a browser's page would be. The page may die at any instant; what its
// storage had not written by then is gone.

import { asleep } from '../replica/replica'
import type { step as realStep } from '../replica/replica'
import type { Replica } from '../replica/replica'
import type { Effect, Event, TimerName } from '../replica/event'
import type { Clock } from './clock'
import type { Network } from './network'
import type { Random } from './random'
import { chainOf, Storage } from './storage'
import type { StoredChain } from './storage'

export type Step = typeof realStep

/** What a phone needs of the world around it. */
export interface Around {
  readonly clock: Clock
  readonly network: Network
  readonly step: Step
  /** Enrols a replica, if the server can be reached; done is called when it answered. */
  enrol(phone: Phone, replica: string, done: () => void): void
  /** Answers were kept: photos may go. */
  kept(phone: Phone): void
  /** Something that must never happen. */
  violated(what: string): void
}

export class Phone {
  storage = new Storage()
  replica: Replica = asleep
  /** Pages lived so far; what an earlier page set in motion is void. */
  life = 0
  running = false
  signal = true
  /** Storage takes nothing of what the server says. */
  full = false
  /** Connections that were given up because something could not be kept. */
  private readonly given = new Set<number>()
  private written = 0
  private told = 0
  private readonly timers = new Map<TimerName, number>()
  private timer = 0

  constructor(
    readonly name: string,
    public person: string,
    /** People who share the phone. */
    readonly people: readonly string[],
    /** The device's clock minus the true one, ms. */
    readonly skew: number,
    private readonly around: Around,
    readonly random: Random,
  ) {}

  get now(): number {
    return this.around.clock.now + this.skew
  }

  /** Opens the page. */
  start(): void {
    if (this.running) return
    this.running = true
    this.life++
    this.replica = { ...asleep, connection: this.replica.connection }
    const chains = this.storage.going(this.person).map(chainOf)
    this.take({ type: 'start', chains, place: this.storage.view(this.person).place, now: this.now })
  }

  /** The page dies. */
  crash(): void {
    if (!this.running) return
    this.running = false
    this.life++
    this.timers.clear()
    this.written = 0
    this.told = 0
    this.around.network.died(this)
  }

  take(event: Event): void {
    if (!this.running) return
    const [next, effects] = this.around.step(this.replica, event, this.random.next)
    this.replica = next
    for (const effect of effects) this.perform(effect)
  }

  wake(): void {
    this.take({ type: 'wake', now: this.now })
  }

  saved(chain: StoredChain): void {
    this.later(this.random.whole(0, 20), () => this.take({ type: 'saved', chain: chainOf(chain) }))
  }

  private perform(effect: Effect): void {
    const { network } = this.around
    switch (effect.type) {
      case 'open':
        return network.open(this, effect.connection)
      case 'close':
        return network.hangUp(this, effect.connection)
      case 'send':
        return network.up(this, effect.connection, effect.text)
      case 'timer':
        return this.set(effect.name, effect.after)
      case 'load':
        return this.later(this.random.whole(0, 8), () => {
          const operations = this.storage.load(effect.replica, effect.from, effect.limit)
          this.take({ type: 'loaded', connection: effect.connection, replica: effect.replica, operations })
        })
      case 'keep':
        return this.write(() => {
          if (this.given.has(effect.connection)) return () => undefined
          if (this.full) return () => this.giveUp(effect.connection)
          this.storage.keep(this.person, effect.what)
          if (effect.what.type === 'answers') this.around.kept(this)
          return () => this.take({ type: 'kept', connection: effect.connection, keep: effect.keep })
        })
      case 'reissue':
        return this.write(() => {
          const chain = this.storage.reissue(effect.replica, effect.after, () => this.random.uuid())
          return () => chain && this.take({ type: 'reissued', replica: effect.replica, chain: chainOf(chain) })
        })
      case 'enrol':
        return this.around.enrol(this, effect.replica, () => this.take({ type: 'enrolled', replica: effect.replica }))
      case 'clock':
        this.storage.clock = { ...effect, ...((effect.anchor ?? this.storage.clock?.anchor) && { anchor: effect.anchor ?? this.storage.clock?.anchor }) }
        return
      case 'status':
        return
    }
  }

  private set(name: TimerName, after: number): void {
    const number = ++this.timer
    this.timers.set(name, after < 0 ? -1 : number)
    if (after < 0) return
    this.later(after, () => {
      if (this.timers.get(name) === number) this.take({ type: 'timer', name, now: this.now })
    })
  }

  private giveUp(connection: number): void {
    this.given.add(connection)
    this.around.network.hangUp(this, connection)
    this.take({ type: 'closed', connection, code: 1006, now: this.now })
  }

  /** Transactions are done one after another; what follows one happens a little later. */
  private write(transaction: () => () => void): void {
    const { clock } = this.around
    this.written = Math.max(this.written, clock.now + this.random.whole(0, this.random.chance(0.05) ? 400 : 10))
    this.later(this.written - clock.now, () => {
      const then = transaction()
      this.told = Math.max(this.told, clock.now + this.random.whole(0, 3))
      this.later(this.told - clock.now, then)
    })
  }

  /** Does something unless the page died by then. */
  later(ms: number, what: () => void): void {
    const { life } = this
    this.around.clock.after(ms, () => {
      if (this.life === life) what()
    })
  }
}
