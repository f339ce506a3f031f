// The engine of one page: who is signed in, what they save, and the sync of everything that this phone holds. It knows
// nothing of screens; what they show comes from storage and from the values here.

import { Fault, faultCode } from '@shared/fault'
import { succeedText } from '@shared/body'
import type { Reference } from '@shared/types.gen'
import type { SeenCase } from '@sync/wire/types.gen'
import type { Status } from '@sync/replica/event'
import { keepMeta, meta, openDocument, keepDocument } from '../db/documents'
import type { Decision } from '../db/decisions'
import { repairSignatures, type Saved, type Saving, saveOperation } from '../db/operations'
import { makeRoom, photosToSend } from '../db/photos'
import { activeReplica, addReplica, findReplica, noteEnrolled } from '../db/replicas'
import type { Store } from '../db/store'
import type { Account, Profile, SessionAnswer } from '../net/account'
import type { OpenSocket } from '../net/socket'
import type { Send } from '../net/upload'
import { Clock, type Measured } from './clock'
import { Conversation } from './conversation'
import { Deliveries } from './deliveries'
import { Decisions } from './decisions'
import { type Channel, Lead, type Locks, type Word } from './lead'
import { compose, type Deed, signOperation } from './operation'
import { newIdentity, sign, uuid } from './signature'
import { Value } from './value'
import type { World } from './world'

export interface PhonePorts {
  readonly store: Store
  readonly world: World
  readonly account: Account
  readonly openSocket: OpenSocket
  readonly send: Send
  readonly locks: Locks
  readonly channel: Channel
  /** Version of the client, for the server's log. */
  readonly app: string
  /** Nothing of this page may go on: the browser loads another. */
  readonly away: (to: string) => void
}

/** What a person did, before it has a time, an author and a number. */
export type Intent = Omit<Deed, 'author' | 'source' | 'time' | 'anchor'> & { readonly draft?: string; readonly corrects?: Reference }

const asleep: Status = { link: 'stopped', pulling: false, fault: null, heardAt: null }
const keepMs = 30 * 24 * 3_600_000
/** What is freed at once where storage is full, and what originals that the server has may take at most. */
const roomBytes = 64 * 1024 * 1024
const sentBytes = 512 * 1024 * 1024

export class Phone {
  readonly person = new Value<Profile | null>(null)
  readonly expired = new Value(false)
  readonly demo = new Value(false)
  readonly status = new Value<Status>(asleep)
  /** What a person must mend on this phone, such as full storage. */
  readonly fault = new Value<string | null>(null)
  /** The last operation that was saved in this life of the page: what was read of storage before it is out of date. */
  readonly made = new Value<{ readonly replica: string; readonly counter: number } | null>(null)
  /** Decisions that this page waits for: they are no operations yet, and not sent. */
  readonly undoable = new Value(0)
  readonly clock: Clock
  readonly store: Store
  readonly deliveries: Deliveries
  private readonly decisions: Decisions
  private readonly conversation: Conversation
  private readonly lead: Lead
  private kept: Measured | null = null
  private leads = false
  private handover = ''
  /** Replicas of this phone that were revoked: it delivers what it holds and forgets their people. */
  private readonly revoked = new Set<string>()
  private ending: Promise<unknown> = Promise.resolve()

  constructor(private readonly ports: PhonePorts) {
    const { store, world, send, locks, channel } = ports
    this.store = store
    this.clock = new Clock(world)
    const failed = (fault: string | null) => {
      this.fault.value = fault === 'storage.full' ? fault : null
      if (this.revoked.size > 0) void this.leave() // something was delivered
    }
    this.deliveries = new Deliveries({ store, world, send, failed, pushing: () => this.conversation.pushing(), expired: () => (this.expired.value = true) })
    this.decisions = new Decisions({
      store, world,
      now: () => this.clock.now(),
      newId: () => this.newId(),
      prepare: (person) => this.ensureReplica(person),
      withRoom: (work) => this.withRoom(work),
      enacted: (saved) => this.announce(saved),
      changed: () => channel.post({ type: 'decided' }),
      waiting: (decisions) => (this.undoable.value = decisions),
    })
    this.conversation = new Conversation(
      {
        store, world, clock: this.clock, failed,
        openSocket: (listener) => this.connect(listener),
        enrol: (replica) => this.enrol(replica),
        reissue: (replica, after) => this.reissue(replica, after),
        makeRoom: () => makeRoom(store, roomBytes),
        show: (status) => this.show(status),
        stored: () => this.deliveries.look(),
        measured: (measured) => void this.measured(measured),
        known: ({ replica, fault }) => fault === 'replica.revoked' && this.revoked.add(replica),
      },
      ports.app,
    )
    this.lead = new Lead(locks, channel, world, () => void this.gained(), () => this.lost())
    channel.listen((word) => void this.heard(word))
  }

  /** Reads who is signed in on this phone and begins to sync. Resolves when the screens may show. */
  async start(): Promise<void> {
    this.clock.recall(await meta<Measured>(this.store, 'clock'))
    await this.load()
    await repairSignatures(this.store, signOperation).catch(() => 0) // tried again at the next start
    await this.decisions.look().catch(() => undefined) // and with the next decision
    if (await meta(this.store, 'owesWiped')) void this.leave()
    if (this.person.value !== null) this.lead.start()
    else if (await meta<boolean>(this.store, 'owesSignOut')) this.endSession()
  }

  /** @throws Fault of the catalogue, or `offline` */
  async signIn(login: string, password: string): Promise<void> {
    await this.ending
    const answer = await this.ports.account.signIn(login, password)
    await keepMeta(this.store, 'person', answer.person.id) // before what their lock may hold
    await this.welcome(answer)
    await keepMeta(this.store, 'owesSignOut', false)
    this.expired.value = false
    await this.load()
    if (this.kept === null) this.clock.recall({ offset: Math.round(answer.serverTime - this.clock.now()), bound: 0, anchor: answer.anchor })
    await this.enrol(await this.ensureReplica(answer.person.id))
    this.ports.channel.post({ type: 'session' })
    this.lead.start()
    await this.gainedAgain()
  }

  /** Nobody is signed in any more; what is unsent stays and goes when the next person is. */
  async signOut(): Promise<void> {
    await this.settle().catch(() => undefined) // they keep, and their time comes all the same
    await keepMeta(this.store, 'person', null)
    await keepMeta(this.store, 'owesSignOut', true)
    this.lead.stop()
    this.lost()
    this.person.value = null
    this.ports.channel.post({ type: 'session' })
    this.endSession()
  }

  /** Forgets whoever's replica was revoked, once nothing of theirs waits to be delivered (ask 13). */
  private async leave(): Promise<void> {
    const stop = () => {
      this.lead.stop()
      this.lost()
    }
    const { leave } = await import('./leaving')
    await leave(this.store, this.revoked, this.person.value?.id, stop, this.ports)
  }

  /**
   * Saves what the person did: resolves when it is in durable storage with its number (L1).
   * @throws Fault storage.full or of the operation's format; a draft is as it was
   */
  async save(intent: Intent): Promise<Saved> {
    const { person, deed, draft, corrects } = this.deedOf(intent)
    await this.decisions.enact(person, intent.case) // what was decided before comes before
    const photos = [...(intent.photos ?? []), ...(intent.voices ?? [])].map(({ hash }) => hash)
    const saving: Saving = { person, caseId: intent.case, now: this.clock.now(), photos, draft, ...(corrects && { corrects }) }
    await this.ensureReplica(person)
    const saved = await this.withRoom(() => saveOperation(this.store, saving, (link, keys) => compose(deed, link, keys)))
    this.announce(saved)
    return saved
  }

  /**
   * Stores what the person decided: resolves when it is durable (L1). It becomes an operation after undoMs, or at the next start.
   * @throws Fault storage.full
   */
  decide(intent: Intent, fireAt?: number): Promise<Decision> {
    const { person, deed } = this.deedOf(intent)
    return this.withRoom(() => this.decisions.make(person, deed, fireAt))
  }

  /** False where the decision is an operation already: it cannot be taken back any more. */
  undo(decision: string): Promise<boolean> {
    return this.decisions.undo(decision)
  }

  /** Takes back all that the person decided until that time, as one decision on many cases is. Resolves to the cases that are as they were. */
  async undoTogether(until: number): Promise<readonly string[]> {
    const id = this.person.value?.id
    return id === undefined ? [] : this.decisions.undoTogether(id, until)
  }

  /** What was decided becomes operations now: nobody is looking any more who could take it back. */
  async settle(): Promise<void> {
    const id = this.person.value?.id
    if (id !== undefined) await this.decisions.enact(id)
  }

  /** What a person does now, with the time and the place in the feed's life at which it is done. */
  private deedOf(intent: Intent): { person: string; deed: Deed; draft: string; corrects?: Reference } {
    const id = this.person.value?.id
    if (id === undefined) throw new Fault('session.missing')
    const { draft = '', corrects, ...rest } = intent
    const anchor = this.clock.anchor()
    const more = { ...(anchor && { anchor }), ...(corrects && { corrects }) }
    const deed: Deed = { ...rest, author: { kind: 'person', id }, source: 'collector', time: this.clock.stamp(), ...more }
    return { person: id, deed, draft, ...(corrects && { corrects }) }
  }

  private announce({ chain, counter }: Saved): void {
    this.made.value = { replica: chain.replica, counter }
    void this.conversation.saved(chain.replica)
    this.ports.channel.post({ type: 'saved', replica: chain.replica })
  }

  /** Does work that needs room on the phone; where there is none it drops what the server has, and tries once more. */
  async withRoom<T>(work: () => Promise<T>): Promise<T> {
    try {
      const done = await work().catch(async (error: unknown) => {
        if (faultCode(error) !== 'storage.full' || (await makeRoom(this.store, roomBytes)) === 0) throw error
        return work()
      })
      this.fault.value = null
      return done
    } catch (error) {
      if (faultCode(error) === 'storage.full') this.fault.value = 'storage.full'
      throw error
    }
  }

  /** The id of the replica under which the person's operations are made; the first is made at the first sign-in. */
  private async ensureReplica(person: string): Promise<string> {
    const there = await activeReplica(this.store, person)
    if (there !== undefined) return there.id
    const now = this.clock.now()
    return (await addReplica(this.store, person, await newIdentity(now), now)).id
  }

  /** A new id for a case or a draft: UUIDv7. */
  newId(): string {
    return uuid(this.clock.now())
  }

  /** On line, visible, a tap: try now. */
  wake(): void {
    this.lead.claim()
    this.ports.channel.post({ type: 'wake' })
    this.wakeHere()
  }

  seen(cases: readonly SeenCase[]): void {
    this.conversation.take({ type: 'seen', cases })
  }

  private wakeHere(): void {
    this.conversation.wake()
    this.deliveries.wake()
  }

  private async load(): Promise<void> {
    const id = await meta<string>(this.store, 'person')
    this.demo.value = (await meta<boolean>(this.store, 'demo')) ?? false
    const person = id === null ? null : await openDocument<Profile>(this.store, id, 'profile')
    if (JSON.stringify(person) !== JSON.stringify(this.person.value)) this.person.value = person
  }

  private async heard(word: Word): Promise<void> {
    this.lead.heard(word)
    if (word.type === 'locked') this.ports.away('/')
    if (word.type === 'saved') await this.conversation.saved(word.replica)
    if (word.type === 'wake') this.wakeHere()
    if (word.type === 'decided') await this.decisions.look()
    if (word.type === 'status' && !this.leads) this.status.value = word.status
    if (word.type === 'who' && this.leads) this.ports.channel.post({ type: 'status', status: this.status.value })
    if (word.type !== 'session') return
    const before = this.person.value?.id
    await this.load()
    this.expired.value = false
    if (this.person.value === null) {
      this.lead.stop()
      this.lost()
    } else {
      this.lead.start()
      if (this.leads && before !== this.person.value.id) await this.gainedAgain()
      else this.wakeHere()
    }
  }

  private async gained(): Promise<void> {
    this.leads = true
    await this.gainedAgain()
  }

  private async gainedAgain(): Promise<void> {
    const person = this.person.value
    if (!this.leads || person === null) return
    await this.conversation.start(person.id)
    this.deliveries.start()
    await this.tidy(person.id).catch(() => undefined)
  }

  private lost(): void {
    this.leads = false
    this.conversation.stop()
    this.deliveries.stop()
  }

  /** Puts storage in order; where that cannot be fetched now, another time. */
  private async tidy(person: string): Promise<void> {
    const { tidy } = await import('../db/tidy')
    await tidy(this.store, person, this.clock.now() - keepMs, sentBytes)
  }

  /**
   * Opens the socket once the server says whose session it is: a browser does not tell why a websocket was refused, and
   * another person's feed must never enter this one's storage (L10).
   */
  private connect(listener: Parameters<OpenSocket>[0]): ReturnType<OpenSocket> {
    let socket: ReturnType<OpenSocket> | null = null
    let given = true
    void this.session().then((code) => {
      if (!given) return
      if (code === 0) socket = this.ports.openSocket(listener)
      else listener.closed(code)
    })
    return {
      send: (text) => socket?.send(text),
      close: () => {
        given = false
        socket?.close()
      },
    }
  }

  /** 0 where the session is this person's, otherwise the close code that says what to do. */
  private async session(): Promise<number> {
    try {
      const answer = await this.ports.account.whoAmI()
      if (answer.person.id !== this.person.value?.id) throw new Fault('session.missing', 'another person is signed in')
      await this.welcome(answer)
      await this.load()
      this.expired.value = false
      return 0
    } catch (error) {
      if (faultCode(error) !== 'session.missing') return 1006
      this.expired.value = true
      return 4501
    }
  }

  private async welcome({ person, demo, handover }: SessionAnswer): Promise<void> {
    if (handover && handover !== this.handover) await keepMeta(this.store, 'handover', (this.handover = handover))
    if (demo !== this.demo.value) await keepMeta(this.store, 'demo', demo)
    this.demo.value = demo
    if (JSON.stringify(person) !== JSON.stringify(this.person.value)) await keepDocument(this.store, person.id, 'profile', person)
  }

  /** Its person's session enrols a replica; where another person is signed in, its predecessor's signature does (R21). */
  private async enrol(id: string): Promise<boolean> {
    const row = await findReplica(this.store, id)
    if (row === undefined) return false
    try {
      const old = row.predecessor === '' ? undefined : await findReplica(this.store, row.predecessor)
      if (row.person === this.person.value?.id) await this.ports.account.enrol({ replica: id, key: row.key })
      else if (old !== undefined) {
        await this.ports.account.enrol({ replica: id, key: row.key, succeeds: old.id, proof: await sign(old.keys, succeedText(id, row.key)) })
      } else return false
      await noteEnrolled(this.store, id)
      return true
    } catch {
      return false
    }
  }

  private async reissue(replica: string, after: number) {
    const { makeAgain } = await import('./reissue')
    return { type: 'reissued', replica, chain: await makeAgain(this.store, replica, after, this.clock.now()) } as const
  }

  private show(status: Status): void {
    const live = status.link === 'live' && this.status.value.link !== 'live'
    this.status.value = status
    this.ports.channel.post({ type: 'status', status })
    if (status.fault === 'session.missing') this.expired.value = true
    if (!live) return
    void this.askHeld()
    this.deliveries.wake()
  }

  /** Asks after photos whose acknowledgement may have been lost, so that none is sent twice (L8). */
  private async askHeld(): Promise<void> {
    const rows = await photosToSend(this.store).catch(() => [])
    const hashes = new Map<string, string[]>()
    for (const { replica, hash } of rows) hashes.set(replica, [...(hashes.get(replica) ?? []), hash])
    for (const [replica, asked] of hashes) this.conversation.take({ type: 'ask', replica, hashes: asked })
  }

  private async measured(measured: Measured): Promise<void> {
    const { kept } = this
    if (kept !== null && kept.anchor === measured.anchor && Math.abs(kept.offset - measured.offset) < 1_000) return
    this.kept = measured
    await keepMeta(this.store, 'clock', measured).catch(() => undefined)
  }

  /** Ends the server's session as far as it can be reached; a sign-in waits for it, or it would end the new one. */
  private endSession(): void {
    const { account } = this.ports
    this.ending = account.signOut().then(
      () => keepMeta(this.store, 'owesSignOut', false),
      () => undefined, // out of reach: tried again at the next start, while nobody is signed in
    )
  }
}
