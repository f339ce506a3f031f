// The loop around the replica's pure step: events in, effects out. It owns the socket and the timers, and stores what the
// step says in one strict transaction a keep, in order. What fails here ends the conversation, never the data (R9).

import { faultCode } from '@shared/fault'
import { delay } from '@sync/replica/backoff'
import type { Effect, Event, Status, TimerName } from '@sync/replica/event'
import type { Known } from '@sync/wire/types.gen'
import { asleep, type Replica, step } from '@sync/replica/replica'
import { keepCases, placeInFeed } from '../db/cases'
import { loadOperations } from '../db/operations'
import { keepAnswers, keepHeld, keepKnown } from '../db/receipts'
import { chainOf, findReplica, replicasInUse } from '../db/replicas'
import type { Store } from '../db/store'
import type { OpenSocket, Socket } from '../net/socket'
import type { Clock, Measured } from './clock'
import type { World } from './world'

export interface Ports {
  readonly store: Store
  readonly world: World
  readonly clock: Clock
  readonly openSocket: OpenSocket
  /** Tells the server of a replica; resolves with whether it is enrolled. */
  readonly enrol: (replica: string) => Promise<boolean>
  /** Makes again on a new replica what was not acknowledged (R21). */
  readonly reissue: (replica: string, after: number) => Promise<Extract<Event, { type: 'reissued' }>>
  /** Frees room on the phone; resolves with the bytes freed. */
  readonly makeRoom: () => Promise<number>
  readonly show: (status: Status) => void
  /** Storage changed in a way that photos may go or need not go any more. */
  readonly stored: () => void
  readonly measured: (measured: Measured) => void
  readonly failed: (fault: string | null) => void
  /** What the server says of each replica (R13). */
  readonly known: (known: Known) => unknown
}

export class Conversation {
  private replica: Replica = asleep
  private person = ''
  private readonly events: Event[] = []
  private draining = false
  private line: Promise<unknown> = Promise.resolve()
  private readonly sockets = new Map<number, Socket>()
  private readonly timers = new Map<TimerName | `enrol ${string}`, () => void>()

  constructor(
    private readonly ports: Ports,
    private readonly app: string,
  ) {}

  /** Begins to sync for a person, with all chains of this phone. */
  async start(person: string): Promise<void> {
    const { store, clock } = this.ports
    this.person = person
    const [replicas, place] = await Promise.all([replicasInUse(store, person), placeInFeed(store, person)])
    if (this.person === person) this.take({ type: 'start', chains: replicas.map(chainOf), place, now: clock.now(), app: this.app })
  }

  stop(): void {
    this.person = ''
    this.take({ type: 'stop' })
    for (const cancel of this.timers.values()) cancel()
    this.timers.clear()
  }

  /** Whether records are on their way that photos let go first (L9). */
  pushing(): boolean {
    const { link, lanes } = this.replica
    return link === 'live' && lanes.some((lane) => lane.halt === null && lane.chain.last > lane.chain.acked)
  }

  /** An operation was saved, by this page or another (R43). */
  async saved(id: string): Promise<void> {
    const row = await findReplica(this.ports.store, id)
    if (row !== undefined && row.successor === '') this.take({ type: 'saved', chain: chainOf(row) })
  }

  wake(): void {
    this.take({ type: 'wake', now: this.ports.clock.now() })
  }

  /** Waits until everything that was stored so far is stored. */
  settled(): Promise<unknown> {
    return this.line
  }

  /** An event may come while another is being worked off: they are taken one after the other. */
  take(event: Event): void {
    this.events.push(event)
    if (this.draining) return
    this.draining = true
    try {
      for (let next = this.events.shift(); next !== undefined; next = this.events.shift()) {
        const [replica, effects] = step(this.replica, next, this.ports.world.random)
        this.replica = replica
        for (const effect of effects) this.perform(effect)
      }
    } finally {
      this.draining = false
    }
  }

  private perform(effect: Effect): void {
    switch (effect.type) {
      case 'open':
        return this.open(effect.connection)
      case 'close':
        this.sockets.get(effect.connection)?.close()
        this.sockets.delete(effect.connection)
        return
      case 'send':
        return this.sockets.get(effect.connection)?.send(effect.text)
      case 'timer':
        return this.setTimer(effect.name, effect.after)
      case 'load':
        return this.load(effect)
      case 'keep':
        return this.keep(effect)
      case 'reissue':
        return this.inLine(async () => this.take(await this.ports.reissue(effect.replica, effect.after)))
      case 'enrol':
        return this.enrol(effect.replica)
      case 'clock':
        return this.ports.measured(this.ports.clock.measure(effect.offset, effect.bound, effect.anchor))
      case 'status':
        return this.ports.show(effect.status)
    }
  }

  private open(connection: number): void {
    const now = () => this.ports.clock.now()
    const socket = this.ports.openSocket({
      opened: () => this.take({ type: 'opened', connection, now: now() }),
      heard: (text) => this.take({ type: 'frame', connection, text, now: now() }),
      closed: (code) => {
        this.sockets.delete(connection)
        this.take({ type: 'closed', connection, code, now: now() })
      },
    })
    this.sockets.set(connection, socket)
  }

  private setTimer(name: TimerName | `enrol ${string}`, after: number, ring?: () => void): void {
    this.timers.get(name)?.()
    this.timers.delete(name)
    if (after < 0) return
    const rang = ring ?? (() => this.take({ type: 'timer', name: name as TimerName, now: this.ports.clock.now() }))
    const cancel = this.ports.world.after(after, () => {
      this.timers.delete(name)
      rang()
    })
    this.timers.set(name, cancel)
  }

  private load({ connection, replica, from, limit }: Extract<Effect, { type: 'load' }>): void {
    this.inLine(async () => {
      const operations = await loadOperations(this.ports.store, replica, from, limit)
      this.take({ type: 'loaded', connection, replica, operations })
    }, connection)
  }

  private keep(effect: Extract<Effect, { type: 'keep' }>): void {
    const person = this.person
    this.inLine(async () => {
      try {
        await this.write(person, effect)
      } catch (error) {
        if (faultCode(error) !== 'storage.full' || (await this.ports.makeRoom()) === 0) throw error
        await this.write(person, effect)
      }
      this.ports.failed(null)
      this.take({ type: 'kept', connection: effect.connection, keep: effect.keep })
      this.ports.stored()
    }, effect.connection)
  }

  private async write(person: string, { what }: Extract<Effect, { type: 'keep' }>): Promise<void> {
    const { store } = this.ports
    switch (what.type) {
      case 'answers':
        return keepAnswers(store, what.replica, what.answers)
      case 'cases':
        return keepCases(store, person, what)
      case 'known':
        what.known.forEach(this.ports.known)
        return keepKnown(store, what.known)
      case 'held': {
        const row = await findReplica(store, what.replica)
        return row === undefined ? undefined : keepHeld(store, row.person, what.here, what.damaged)
      }
    }
  }

  private enrol(replica: string): void {
    const { person } = this
    const attempt = async (failures: number) => {
      if (this.person !== person) return
      if (await this.ports.enrol(replica)) this.take({ type: 'enrolled', replica })
      else this.setTimer(`enrol ${replica}`, delay(failures, this.ports.world.random), () => void attempt(failures + 1))
    }
    void attempt(0)
  }

  /** Storage work, one after the other. Where it fails the connection it was for is given up, and hello says again what is stored. */
  private inLine(work: () => Promise<void>, connection = this.replica.connection): void {
    this.line = this.line.then(work).catch((error: unknown) => {
      this.ports.failed(faultCode(error))
      this.sockets.get(connection)?.close()
      this.sockets.delete(connection)
      this.take({ type: 'closed', connection, code: 1006, now: this.ports.clock.now() })
    })
  }
}
