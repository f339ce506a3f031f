// Which page of this phone syncs: the one that holds the Web Lock. A page that a person looks at takes it from a holder
// that does not answer, as pages in the background are frozen with their locks held (R43).

import type { Status } from '@sync/replica/event'
import type { World } from './world'

export interface Locks {
  request(name: string, options: { signal?: AbortSignal; steal?: boolean }, held: () => Promise<void>): Promise<unknown>
}

/** Words between the pages of one phone. */
export type Word =
  | { readonly type: 'who' }
  | { readonly type: 'here' }
  /** An operation of this replica was saved. */
  | { readonly type: 'saved'; readonly replica: string }
  /** A decision was made or taken back. */
  | { readonly type: 'decided' }
  /** Somebody signed in or out. */
  | { readonly type: 'session' }
  | { readonly type: 'wake' }
  /** The person's key is another: what this page holds of the old one may seal nothing more. */
  | { readonly type: 'locked' }
  /** Where the conversation of the page that syncs stands. */
  | { readonly type: 'status'; readonly status: Status }

export interface Channel {
  post(word: Word): void
  listen(heard: (word: Word) => void): void
}

const lockName = 'buxun.sync'
/** A holder that does not answer within this time is taken for frozen. */
const answerMs = 2_000

/** After a request for the lock ended without it being held, e.g. because the browser refused it. */
const againMs = 1_000

export class Lead {
  private wanted = false
  private waiting: AbortController | null = null
  private holder: AbortController | null = null
  private leave: () => void = () => undefined
  private doubt: (() => void) | null = null

  constructor(
    private readonly locks: Locks,
    private readonly channel: Channel,
    private readonly world: World,
    private readonly gained: () => void,
    private readonly lost: () => void,
  ) {}

  start(): void {
    this.wanted = true
    if (this.holder === null && this.waiting === null) this.queue(false)
  }

  stop(): void {
    this.wanted = false
    this.waiting?.abort()
    this.waiting = null
    this.settleDoubt()
    this.leave()
  }

  /** A person looks at this page: is the holder still awake? */
  claim(): void {
    if (!this.wanted || this.holder !== null || this.doubt !== null) return
    this.doubt = this.world.after(answerMs, () => {
      this.doubt = null
      if (!this.wanted || this.holder !== null) return
      this.waiting?.abort()
      this.queue(true)
    })
    this.channel.post({ type: 'who' })
  }

  heard(word: Word): void {
    if (word.type === 'who' && this.holder !== null) this.channel.post({ type: 'here' })
    if (word.type === 'here') this.settleDoubt()
  }

  private settleDoubt(): void {
    this.doubt?.()
    this.doubt = null
  }

  private queue(steal: boolean): void {
    const attempt = new AbortController()
    this.waiting = attempt
    const held = () =>
      new Promise<void>((resolve) => {
        this.waiting = null
        if (!this.wanted || attempt.signal.aborted) return resolve()
        this.holder = attempt
        this.leave = resolve
        this.gained()
      })
    void this.locks
      .request(lockName, steal ? { steal } : { signal: attempt.signal }, held)
      .catch(() => undefined) // stolen by a page that somebody looks at, or no longer wanted
      .then(() => this.ended(attempt))
  }

  private ended(attempt: AbortController): void {
    const had = this.holder === attempt
    if (had) {
      this.holder = null
      this.lost()
    }
    if (this.waiting === attempt) this.waiting = null
    if (!this.wanted || this.holder !== null || this.waiting !== null) return
    if (had) this.queue(false)
    else this.world.after(againMs, () => this.start())
  }
}
