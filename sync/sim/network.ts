// The wires between phones and server, and all that can go wrong on them: delay, cut, silence, loss with a cut, a whole
// connection delivered twice, frames that come after their connection ended, and a server that restarts.

import type { Clock } from './clock'
import type { Phone } from './phone'
import { Random } from './random'
import type { Reply, Request, Steps } from './steps'

interface Wire {
  /** Number at the server; the phone counts its own. */
  readonly conn: number
  readonly phone: Phone
  readonly connection: number
  readonly person: string
  readonly random: Random
  readonly delay: number
  phoneOpen: boolean
  serverOpen: boolean
  /** Frames vanish, and nobody is told. */
  silent: boolean
  /** The phone still hears frames after its end was closed. */
  lingers: boolean
  upBy: number
  downBy: number
  readonly said: string[]
}

/** How long after its end a connection may still bring something, ms. */
const latestMs = 8_000

/** Who watches what passes. */
export interface Watcher {
  /** A frame left the server for a reader. */
  told(person: string, text: string): void
  /** A frame left a phone. */
  said(phone: Phone, text: string): void
  changed(changed: NonNullable<Reply['changed']>): void
}

export class Network {
  /** No more faults: short delays, nothing lost. */
  calm = false
  /** The next transaction fails, and a push of this replica fails alone. */
  failNext = false
  poison = ''
  private readonly wires: Wire[] = []
  private conns = 0
  private committing = false
  private readonly random: Random

  constructor(
    private readonly seed: string,
    private readonly clock: Clock,
    private readonly steps: Steps,
    private readonly watcher: Watcher,
  ) {
    this.random = new Random(seed, 'network')
  }

  /** Calls the server's half and lets happen what comes of it. */
  call(request: Request): Reply {
    const reply = this.steps.call({ ...request, now: this.clock.now })
    this.watcher.changed(reply.changed ?? [])
    for (const { conn, text } of reply.sends ?? []) this.down(conn, text)
    for (const { conn, code } of reply.closes ?? []) this.closedByServer(conn, code)
    for (const { conn, work } of reply.works ?? []) this.soon(40, () => this.call({ op: 'work', conn, work, hold: this.random.chance(0.3) }))
    for (const { conn, work } of reply.done ?? []) this.soon(this.random.chance(0.2) ? 2_000 : 60, () => this.call({ op: 'bring', conn, work }))
    for (const conn of reply.results ?? []) this.soon(10, () => this.call({ op: 'result', conn }))
    for (const conn of reply.news ?? []) this.soon(30, () => this.call({ op: 'news', conn }))
    if ((reply.waiting ?? 0) > 0 && !this.committing) this.commitSoon()
    return reply
  }

  private soon(most: number, what: () => void): void {
    this.clock.after(this.random.whole(0, most), what)
  }

  /** The writer takes what waits after a while: several pushes share a transaction. */
  private commitSoon(): void {
    this.committing = true
    this.clock.after(this.random.whole(0, !this.calm && this.random.chance(0.1) ? 800 : 30), () => {
      this.committing = false
      const [fail, poison] = [this.failNext && !this.calm, this.calm ? '' : this.poison]
      this.failNext = false
      this.call({ op: 'commit', hold: this.random.chance(0.7), fail, poison })
    })
  }

  open(phone: Phone, connection: number): void {
    const random = new Random(this.seed, 'wire', phone.name, connection, phone.life)
    const delay = this.calm ? 20 : random.whole(5, random.chance(0.2) ? 3_000 : 200)
    if (!phone.signal) {
      // Refused at once, or never answered: phones see both.
      if (random.chance(0.7)) phone.later(random.whole(1, 500), () => phone.take({ type: 'closed', connection, code: 1006, now: phone.now }))
      return
    }
    const wire: Wire = {
      conn: ++this.conns, phone, connection, person: phone.person, random, delay, phoneOpen: true, serverOpen: true, silent: false,
      lingers: random.chance(0.4), upBy: 0, downBy: 0, said: [],
    }
    phone.later(delay, () => {
      if (!wire.phoneOpen || !phone.signal) return
      this.wires.push(wire)
      this.call({ op: 'open', conn: wire.conn, person: wire.person })
      phone.take({ type: 'opened', connection, now: phone.now })
    })
  }

  up(phone: Phone, connection: number, text: string): void {
    const wire = this.find(phone, connection)
    if (wire === undefined || !wire.phoneOpen) return
    this.watcher.said(phone, text)
    wire.said.push(text)
    wire.upBy = Math.max(wire.upBy, this.clock.now + this.lag(wire))
    this.clock.at(wire.upBy, () => {
      if (wire.serverOpen && !wire.silent) this.call({ op: 'frame', conn: wire.conn, text })
    })
  }

  private down(conn: number, text: string): void {
    const wire = this.wires.find((w) => w.conn === conn)
    if (wire === undefined) return
    this.watcher.told(wire.person, text)
    wire.downBy = Math.max(wire.downBy, this.clock.now + this.lag(wire))
    const { life } = wire.phone
    this.clock.at(wire.downBy, () => {
      const { phone, connection } = wire
      const hear = () => phone.life === life && phone.take({ type: 'frame', connection, text, now: phone.now })
      if (wire.silent) return
      if (wire.phoneOpen) hear()
      else if (wire.lingers) this.clock.after(wire.random.whole(0, latestMs), hear)
    })
  }

  private lag(wire: Wire): number {
    return this.calm ? 10 : wire.random.whole(0, wire.delay)
  }

  private closedByServer(conn: number, code: number): void {
    const wire = this.wires.find((w) => w.conn === conn)
    if (wire === undefined) return
    wire.serverOpen = false
    wire.downBy = Math.max(wire.downBy, this.clock.now + this.lag(wire))
    this.clock.at(wire.downBy, () => {
      if (!wire.silent) this.endAtPhone(wire, code)
    })
  }

  private endAtPhone(wire: Wire, code: number): void {
    if (!wire.phoneOpen) return
    wire.phoneOpen = false
    wire.phone.take({ type: 'closed', connection: wire.connection, code, now: wire.phone.now })
  }

  /** The server learns that a connection is gone: after what was on its way, or much later where nothing tells it. */
  private endAtServer(wire: Wire): void {
    const gone = () => {
      if (!wire.serverOpen) return
      wire.serverOpen = false
      this.call({ op: 'gone', conn: wire.conn })
    }
    if (wire.silent) this.clock.after(41_000, () => (wire.serverOpen ? this.call({ op: 'tick', conn: wire.conn }) : undefined))
    else this.clock.at(Math.max(wire.upBy, this.clock.now + this.lag(wire)) + (wire.lingers ? wire.random.whole(0, latestMs) : 0), gone)
  }

  /** The phone closes its end. */
  hangUp(phone: Phone, connection: number): void {
    const wire = this.find(phone, connection)
    if (wire === undefined) return
    wire.phoneOpen = false
    this.endAtServer(wire)
    // The socket says that it closed long after nobody cares any more.
    phone.later(wire.random.whole(0, latestMs), () => phone.take({ type: 'closed', connection, code: 1006, now: phone.now }))
  }

  /** The phone's page died, and its connection with it. */
  died(phone: Phone): void {
    for (const wire of this.wires.filter((w) => w.phone === phone && w.phoneOpen)) {
      wire.phoneOpen = false
      wire.lingers = false
      this.endAtServer(wire)
    }
  }

  /** The connection is cut; each end learns of it in its own time, and what was on its way is lost at a random point. */
  cut(phone: Phone): void {
    for (const wire of this.wires.filter((w) => w.phone === phone && w.phoneOpen && w.serverOpen && !w.silent)) {
      this.clock.after(wire.random.whole(0, 300), () => this.endAtServer(wire))
      phone.later(wire.random.whole(0, 300), () => this.endAtPhone(wire, 1006))
      if (wire.random.chance(0.3)) wire.silent = true
    }
  }

  /** The connection falls silent, and nobody is told. */
  freeze(phone: Phone): void {
    for (const wire of this.wires.filter((w) => w.phone === phone && w.phoneOpen && w.serverOpen)) {
      wire.silent = true
      this.endAtServer(wire)
    }
  }

  /** An old connection is delivered once more, whole: hello, pushes and all. */
  replay(phone: Phone): void {
    const old = this.random.pick(this.wires.filter((w) => w.phone === phone && w.said.length > 0))
    if (old === undefined) return
    const conn = ++this.conns
    this.call({ op: 'open', conn, person: old.person })
    let at = this.clock.now
    for (const text of old.said) {
      at += this.random.whole(0, 200)
      this.clock.at(at, () => this.call({ op: 'frame', conn, text }))
    }
    this.clock.at(at + 5_000, () => this.call({ op: 'gone', conn }))
  }

  /** The server ends and starts anew: what it had not committed is gone, and so are its connections. */
  restart(): void {
    this.steps.call({ op: 'restart' })
    for (const wire of this.wires.filter((w) => w.serverOpen)) {
      wire.serverOpen = false
      this.clock.after(wire.random.whole(0, 200), () => {
        if (!wire.silent) this.endAtPhone(wire, 4002)
      })
    }
  }

  /** All faults end. Connections that fell silent stay so: their ends must notice by themselves. */
  calmDown(): void {
    this.calm = true
    this.poison = ''
  }

  private find(phone: Phone, connection: number): Wire | undefined {
    return this.wires.filter((w) => w.phone === phone && w.connection === connection).pop()
  }
}
