// What the phone's half remembers between two events. Everything here is plain data and never changed in place.

import type { Anchor, Case } from '@shared/types.gen'
import type { Answer, Ask } from '../wire/types.gen'
import {
  heartbeatMs, keepDays, maxFrameBytes, maxPagesInFlight, maxPushesInFlight, maxPushOperations, silenceMs,
} from '../wire/types.gen'
import { maxPhotoBytes } from '@shared/types.gen'
import type { Chain, Limits, Place, Status } from './event'

/** A push that waits for its answers. */
export interface Flight {
  readonly first: number
  readonly hashes: readonly string[]
}

/** Why nothing of a chain is sent at the moment. */
export type Halt =
  /** it waits for its enrolment (R13) */
  | 'enrolling'
  /** it waits for its successor (R21) */
  | 'reissuing'
  /** it was reissued and refused in turn: the next conversation tries anew */
  | 'stuck'
  /** storage gave nothing to send */
  | 'starved'
  /** the server failed to store a push: it is tried again at restUntil */
  | 'resting'

/** What happens to a chain once every push in flight has been answered. */
export type Aftermath = 'restart' | 'enrol' | 'rest' | 'forked' | 'ahead' | 'unprovable'

/** One chain on its way to the server. */
export interface Lane {
  readonly chain: Chain
  /** Counter of the next operation to send. */
  readonly next: number
  /** Up to where answers came; the chain's acked follows when they are kept. */
  readonly answered: number
  readonly flights: readonly Flight[]
  readonly loading: boolean
  /** Operations up to this counter go one at a time, each with its own signature (R24). */
  readonly singleTo: number
  readonly after: Aftermath | null
  readonly halt: Halt | null
  readonly restUntil: number
  /** Failures of the server to store a push, since the last success. */
  readonly failures: number
  /** How often it was made anew since anything of it was answered: making anew has to end. */
  readonly remade: number
}

/** What the feed brought and is not kept yet. Keeps of the feed go one after another. */
export interface Feed {
  readonly epoch: string
  readonly scope: string
  readonly generation: number
  /** Whether the pull of this generation reached its end, in this conversation or an earlier one. */
  readonly complete: boolean
  readonly storing: boolean
  /** Latest word on each case: its latest revision, or null where it left the scope. */
  readonly news: ReadonlyMap<string, Case | null>
  /** Sequence of the last page or change among the news; null where there is nothing to keep. */
  readonly seq: number | null
  readonly drop: boolean
  /** The last page is among the news. */
  readonly end: boolean
}

/** What a keep will have stored when it is done. */
export type Pending =
  | { readonly type: 'answers'; readonly replica: string; readonly first: number; readonly last: Answer }
  | { readonly type: 'cases'; readonly connection: number; readonly place: Place; readonly end: boolean }

export interface Replica {
  readonly link: Status['link']
  /** Version of the client, for the server's log. */
  readonly app: string
  /** Number of the newest connection; what older ones bring is ignored (R8). */
  readonly connection: number
  /** The device's clock at the last event that told it. */
  readonly now: number
  /** The signed-in person's own chain first. */
  readonly lanes: readonly Lane[]
  /** Where the stored cases stand. */
  readonly place: Place
  /** Where they stood when this conversation's hello said so; a keep of an older connection may have been done since. */
  readonly asked: Place
  /** The highest generation that a keep was ever asked for. */
  readonly generation: number
  readonly limits: Limits
  /** Connections lost since the last one that got somewhere (R7). */
  readonly attempts: number
  readonly reopenAt: number
  readonly openedAt: number
  readonly helloAt: number
  readonly sentAt: number
  readonly heardAt: number | null
  /** When a wake asked whether the connection still lives. */
  readonly probedAt: number | null
  readonly ping: { readonly n: number; readonly at: number }
  /** The server's clock against the phone's as last measured, and the anchor of the last welcome. */
  readonly measured: { readonly offset: number; readonly bound: number } | null
  readonly anchor: Anchor | null
  /** The last fault about this conversation as a whole. */
  readonly fault: string | null
  /** The fault that only a person can mend (R6). */
  readonly barred: string | null
  readonly pull: 'due' | 'sent' | 'done'
  readonly feed: Feed | null
  readonly keeps: ReadonlyMap<number, Pending>
  readonly lastKeep: number
  /** Questions and glances that wait for a conversation. */
  readonly asks: readonly Ask[]
  readonly seen: ReadonlyMap<string, number>
  readonly shown: Status | null
}

/** A phone's half that was not started. */
export const asleep: Replica = {
  link: 'stopped',
  app: '',
  connection: 0,
  now: 0,
  lanes: [],
  place: { cursor: null, generation: 0, complete: false },
  asked: { cursor: null, generation: 0, complete: false },
  generation: 0,
  limits: {
    frameBytes: maxFrameBytes, pushOperations: maxPushOperations, pushesInFlight: maxPushesInFlight, pagesInFlight: maxPagesInFlight,
    heartbeatMs, silenceMs, photoBytes: maxPhotoBytes, keepDays,
  },
  attempts: 0,
  reopenAt: 0,
  openedAt: 0,
  helloAt: 0,
  sentAt: 0,
  heardAt: null,
  probedAt: null,
  ping: { n: 0, at: 0 },
  measured: null,
  anchor: null,
  fault: null,
  barred: null,
  pull: 'due',
  feed: null,
  keeps: new Map(),
  lastKeep: 0,
  asks: [],
  seen: new Map(),
  shown: null,
}
