// For tests: a phone with a clock that is moved by hand, and a centre that answers as the server does. The app does not
// import it.

import { Fault } from '@shared/fault'
import type { Case } from '@shared/types.gen'
import type { Answer, Frame, Hello, Known, Push } from '@sync/wire/types.gen'
import { heartbeatMs, keepDays, maxFrameBytes, maxPagesInFlight, maxPushesInFlight, maxPushOperations, silenceMs, version } from '@sync/wire/types.gen'
import type { Account, Profile, SessionAnswer } from '../net/account'
import type { Listener, Socket } from '../net/socket'
import { openStore } from '../db/store'
import type { Send } from '../net/upload'
import type { Channel, Locks, Word } from './lead'
import { hashOf } from './operation'
import { Phone } from './phone'
import type { World } from './world'

/** A world whose clocks and timers move by hand. */
export class Hand implements World {
  private at = 0
  private readonly timers = new Map<number, { due: number; ring: () => void }>()
  private next = 0

  constructor(private epoch = Date.UTC(2026, 6, 1, 0, 30)) {}

  wall = () => this.epoch + this.at
  steady = () => this.at
  random = () => 0.5

  after = (ms: number, ring: () => void): (() => void) => {
    const id = this.next++
    this.timers.set(id, { due: this.at + ms, ring })
    return () => this.timers.delete(id)
  }

  /** Lets time pass; what is due rings in order. */
  pass(ms: number): void {
    const until = this.at + ms
    for (;;) {
      const [first] = [...this.timers].filter(([, timer]) => timer.due <= until).sort((a, b) => a[1].due - b[1].due)
      if (first === undefined) break
      this.timers.delete(first[0])
      this.at = Math.max(this.at, first[1].due)
      first[1].ring()
    }
    this.at = until
  }

  /** The page is killed: what it waited for never rings. */
  forget(): void {
    this.timers.clear()
  }

  /** How many timers are due within a time. */
  waiting(ms: number): number {
    return [...this.timers.values()].filter((timer) => timer.due <= this.at + ms).length
  }

  /** Somebody sets the wall clock, or the device sleeps with the steady one standing still. */
  setWall(by: number): void {
    this.epoch += by
  }
}

interface Kept {
  readonly push: Push
  readonly answers: Answer[]
}

export const people: Readonly<Record<'first' | 'second' | 'leader', Profile>> = {
  first: { id: 'person-1', login: 'c601', label: '采集员6-01', role: 'collector', squad: 'squad-6', squadName: '六中队' },
  second: { id: 'person-2', login: 'c501', label: '采集员5-01', role: 'collector', squad: 'squad-5', squadName: '五中队' },
  leader: { id: 'person-9', login: 'l6', label: '中队长6', role: 'leader', squad: 'squad-6', squadName: '六中队' },
}

/** The server as far as a phone can tell. */
export class Centre {
  session: Profile | null = null
  reachable = true
  /** Answers to pushes wait while false. */
  answering = true
  refuse: (text: string) => string = () => ''
  readonly enrolled = new Map<string, { person: string; succeeds?: string }>()
  readonly kept = new Map<string, string[]>()
  readonly hellos: Hello[] = []
  readonly frames: Frame[] = []
  readonly held = new Set<string>()
  cases: Case[] = []
  seq = 0
  fork = false
  private listener: Listener | null = null
  private withheld: Kept[] = []
  private pulled = false

  constructor(private readonly world: World) {}

  account: Account = {
    signIn: async (login) => {
      const person = Object.values(people).find((one) => one.login === login)
      if (!this.reachable) throw new Fault('offline')
      if (person === undefined) throw new Fault('session.wrongPassword')
      this.session = person
      return this.describe(person)
    },
    whoAmI: async () => {
      if (!this.reachable) throw new Fault('offline')
      if (this.session === null) throw new Fault('session.missing')
      return this.describe(this.session)
    },
    signOut: async () => {
      if (!this.reachable) throw new Fault('offline')
      this.session = null
    },
    enrol: async ({ replica, succeeds }) => {
      if (!this.reachable) throw new Fault('offline')
      const person = succeeds === undefined ? this.session?.id : this.enrolled.get(succeeds)?.person
      if (person === undefined) throw new Fault('replica.unknown')
      this.enrolled.set(replica, { person, ...(succeeds !== undefined && { succeeds }) })
    },
  }

  private describe(person: Profile): SessionAnswer {
    return { person, demo: true, serverTime: this.world.wall(), anchor: { token: 'anchor', at: this.world.wall() } }
  }

  open = (listener: Listener): Socket => {
    this.listener = listener
    queueMicrotask(() => (this.reachable ? listener.opened() : this.cut()))
    return { send: (text) => this.hear(listener, JSON.parse(text) as Frame), close: () => this.forget(listener) }
  }

  /** The line is cut without a word. */
  cut(): void {
    const { listener } = this
    this.listener = null
    this.withheld = []
    listener?.closed(1006)
  }

  /** Sends the answers that waited. */
  answer(): void {
    this.answering = true
    for (const { push, answers } of this.withheld) this.say({ t: 'ack', replica: push.replica, answers })
    this.withheld = []
    if (this.pulled) this.pull()
  }

  /** The feed begins when the pushes before it were answered (R29). */
  private pull(): void {
    this.pulled = !this.answering
    if (this.answering) queueMicrotask(() => this.say({ t: 'cases', columns: columnsOf(this.cases), seq: this.seq, more: false }))
  }

  say(frame: Frame): void {
    this.listener?.heard(JSON.stringify(frame))
  }

  private forget(listener: Listener): void {
    if (this.listener === listener) this.listener = null
  }

  private hear(listener: Listener, frame: Frame): void {
    if (listener !== this.listener) return
    this.frames.push(frame)
    if (frame.t === 'hello') this.welcome(frame)
    if (frame.t === 'push') this.take(frame)
    if (frame.t === 'pull') this.pull()
    if (frame.t === 'held?') queueMicrotask(() => this.say({ t: 'held', replica: frame.replica, here: frame.hashes.filter((hash) => this.held.has(hash)) }))
  }

  private welcome(hello: Hello): void {
    this.hellos.push(hello)
    const replicas = hello.replicas.map(({ replica }): Known => {
      const texts = this.kept.get(replica) ?? []
      const last = texts[texts.length - 1]
      const fault = this.enrolled.has(replica) ? {} : { fault: 'replica.unknown' }
      return { replica, counter: texts.length, ...(last !== undefined && { hash: hashOf(last) }), backedUp: 0, ...fault }
    })
    const now = this.world.wall()
    queueMicrotask(() =>
      this.say({
        t: 'welcome', v: version, now, anchor: { token: `anchor ${now}`, at: now }, epoch: 'e1', scope: 's1', head: this.seq,
        since: hello.cursor?.scope === 's1' ? hello.cursor.seq : 0, replicas,
        limits: {
          frameBytes: maxFrameBytes, pushOperations: maxPushOperations, pushesInFlight: maxPushesInFlight, pagesInFlight: maxPagesInFlight, heartbeatMs,
          silenceMs, photoBytes: 50_000_000, keepDays,
        },
      }),
    )
  }

  private take(push: Push): void {
    if (!this.enrolled.has(push.replica)) return queueMicrotask(() => this.say({ t: 'fault', code: 'replica.unknown', replica: push.replica }))
    if (this.fork) {
      this.fork = false
      return queueMicrotask(() => this.say({ t: 'fault', code: 'replica.forked', replica: push.replica, counter: push.first }))
    }
    const texts = this.kept.get(push.replica) ?? []
    if (push.first > texts.length + 1 && push.oldest <= texts.length + 1) {
      return queueMicrotask(() => this.say({ t: 'fault', code: 'push.chain', replica: push.replica, counter: push.first })) // R25
    }
    const answers = push.operations.map((text, i): Answer => {
      const counter = push.first + i
      texts[counter - 1] = text
      const fault = this.refuse(text)
      const seq = fault === '' ? ++this.seq : 0
      return { counter, hash: hashOf(text), seq, epoch: 'e1', outcome: fault === '' ? 'applied' : 'refused', ...(fault !== '' && { fault }), mac: 'mac' }
    })
    this.kept.set(push.replica, texts)
    if (this.answering) queueMicrotask(() => this.say({ t: 'ack', replica: push.replica, answers }))
    else this.withheld.push({ push, answers })
  }
}

function columnsOf(cases: readonly Case[]): Record<string, unknown[]> {
  const names = new Set(cases.flatMap((c) => Object.keys(c)))
  const columns: Record<string, unknown[]> = { id: [] }
  for (const name of names) columns[name] = cases.map((c) => (c as unknown as Record<string, unknown>)[name] ?? null)
  return columns
}

/** Web Locks as one browser has them. */
export class LockTable {
  private holder: { reject: (error: Error) => void } | null = null
  private readonly queue: (() => void)[] = []

  locks(): Locks {
    return {
      request: (_name, { signal, steal }, held) =>
        new Promise((resolve, reject) => {
          const run = () => {
            if (signal?.aborted) return this.turn()
            const mine = { reject }
            this.holder = mine
            void held().then(() => {
              if (this.holder !== mine) return
              this.holder = null
              resolve(undefined)
              this.turn()
            })
          }
          signal?.addEventListener('abort', () => reject(new DOMException('no longer wanted', 'AbortError')))
          if (steal) {
            this.holder?.reject(new DOMException('stolen', 'AbortError'))
            run()
          } else if (this.holder === null) run()
          else this.queue.push(run)
        }),
    }
  }

  private turn(): void {
    if (this.holder === null) this.queue.shift()?.()
  }
}

/** The channel between the pages of one phone; a page does not hear itself. */
export class Pages {
  private readonly listeners: ((word: Word) => void)[] = []

  channel(): Channel {
    let own: (word: Word) => void = () => undefined
    return {
      post: (word) => this.listeners.filter((one) => one !== own).forEach((one) => queueMicrotask(() => one(word))),
      listen: (heard) => {
        own = heard
        this.listeners.push(heard)
      },
    }
  }
}

/** One page of a phone. Pages that share a `name` are of the same phone. */
export async function openPage(parts: { name: string; world: Hand; centre: Centre; send?: Send; locks?: LockTable; pages?: Pages; away?: (to: string) => void }): Promise<Phone> {
  const { name, world, centre, send = () => Promise.reject(new Fault('offline')), locks = new LockTable(), pages = new Pages() } = parts
  const store = await openStore(name)
  return new Phone({ store, world, account: centre.account, openSocket: centre.open, send, locks: locks.locks(), channel: pages.channel(), app: 'test', away: parts.away ?? (() => undefined) })
}
