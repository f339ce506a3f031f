// What happens to the phone's half of buxun.sync.v1, and what it asks its shell to do. See ../PROTOCOL.md.
// Times are milliseconds; `now` is the device's monotonic-backed clock that the shell hands in.

import type { Case, Reference } from '../../shared/types.gen'
import type { Answer, Cursor, Known, Limits, SeenCase, Welcome } from '../wire/types.gen'

/** What the phone holds of one replica's chain; the shell reads it from storage, the step keeps it up to date. */
export interface Chain {
  readonly replica: string
  /** Counter of the oldest operation still held, of the last one made; 0 where there is nothing. */
  readonly oldest: number
  readonly last: number
  /** Up to where the server acknowledged, and that operation's hash. */
  readonly acked: number
  readonly ackedHash: string
}

/** A stored place in the feed. `generation` counts full pulls: rows of an older one are dropped when a full pull is complete. */
export interface Place {
  readonly cursor: Cursor | null
  readonly generation: number
  /** Whether the pull of this generation has reached its end. */
  readonly complete: boolean
}

/** One operation as it waits in the outbox. */
export interface Waiting {
  readonly counter: number
  readonly hash: string
  readonly text: string
  /** base64url; every operation is signed when saved. */
  readonly signature: string
  /** What the server answered before its data was restored to an older state (R45). */
  readonly receipt?: Answer
}

export type Event =
  /** The shell starts the sync; chains: the signed-in person's own replica first (null where nobody is signed in for reading). */
  | { readonly type: 'start'; readonly chains: readonly Chain[]; readonly place: Place; readonly now: number
      /** version of the client, for the server's log */
      readonly app?: string }
  | { readonly type: 'stop' }
  /** On line, visible, a tap: try now. */
  | { readonly type: 'wake'; readonly now: number }
  | { readonly type: 'opened'; readonly connection: number; readonly now: number }
  /** A text frame came on a connection. */
  | { readonly type: 'frame'; readonly connection: number; readonly text: string; readonly now: number }
  | { readonly type: 'closed'; readonly connection: number; readonly code: number; readonly now: number }
  | { readonly type: 'timer'; readonly name: TimerName; readonly now: number }
  /** An operation was saved on the phone, by this page or another. */
  | { readonly type: 'saved'; readonly chain: Chain }
  /**
   * Answers a load: operations from a counter on, in order, without holes; fewer than asked where there are no more. The
   * first may be above the counter asked for where rows were lost: what is missing becomes a gap (R25).
   */
  | { readonly type: 'loaded'; readonly connection: number; readonly replica: string; readonly operations: readonly Waiting[] }
  /** Answers a keep: it is in durable storage. */
  | { readonly type: 'kept'; readonly connection: number; readonly keep: number }
  /**
   * Answers a reissue: the old chain is left for good (a later start does not name it), the new one holds what was not
   * acknowledged. Asking twice for the same reissue must bring the same new chain.
   */
  | { readonly type: 'reissued'; readonly replica: string; readonly chain: Chain }
  /** A replica was enrolled (again): its operations may go. */
  | { readonly type: 'enrolled'; readonly replica: string }
  /** Photos whose fate the phone wants to know. */
  | { readonly type: 'ask'; readonly replica: string; readonly hashes: readonly string[] }
  /** The person looked at cases. */
  | { readonly type: 'seen'; readonly cases: readonly SeenCase[] }

export type TimerName = 'reopen' | 'heartbeat' | 'silence'

export type Effect =
  /** Open connection number `connection`; older ones are closed or forgotten by then. */
  | { readonly type: 'open'; readonly connection: number }
  | { readonly type: 'close'; readonly connection: number }
  | { readonly type: 'send'; readonly connection: number; readonly text: string }
  /** Set (or move) a timer, `after` milliseconds from now; a negative one cancels it. */
  | { readonly type: 'timer'; readonly name: TimerName; readonly after: number }
  /** Read operations of a replica from a counter on; brings `loaded`. */
  | { readonly type: 'load'; readonly connection: number; readonly replica: string; readonly from: number; readonly limit: number }
  /**
   * Write in one strict transaction, keeps in their order; brings `kept` with the same number, in the same order. Where
   * one fails, its connection is given up (`closed`) and none of its later keeps is written: they build on it.
   */
  | { readonly type: 'keep'; readonly connection: number; readonly keep: number; readonly what: Keep }
  /** Take a new replica in place of this one and make there again what was not acknowledged (R21); brings `reissued`. */
  | { readonly type: 'reissue'; readonly replica: string; readonly after: number; readonly why: 'forked' | 'ahead' | 'unprovable' }
  /** The server does not know this replica: enrol it (needs its person, or its predecessor's signature); brings `enrolled`. The shell tries until it is. */
  | { readonly type: 'enrol'; readonly replica: string }
  /**
   * The server's clock against the phone's: offset = server − device within ± bound. The anchor comes once the pull of its
   * welcome is stored, and goes into every operation saved from then on.
   */
  | { readonly type: 'clock'; readonly offset: number; readonly bound: number; readonly anchor?: { readonly token: string; readonly at: number } }
  /** What a person should know; the shell shows it. */
  | { readonly type: 'status'; readonly status: Status }

/** What one keep writes. */
export type Keep =
  | { readonly type: 'answers'; readonly replica: string; readonly answers: readonly Answer[] }
  | { readonly type: 'cases'; readonly cases: readonly Case[]; readonly leaves: readonly string[]; readonly place: Place
      /** Drop cases of older generations, except those with unsent operations or photos (R31). */
      readonly dropUnnamed: boolean }
  | { readonly type: 'held'; readonly replica: string; readonly here: readonly string[]; readonly damaged: readonly string[] }
  /**
   * How far a proven backup goes, and whether the server refuses the replica. A counter below the stored acked one lowers
   * it, unless the row says revoked: the server was restored, and what it lost is not acknowledged any more (L13).
   */
  | { readonly type: 'known'; readonly known: readonly Known[] }

/** Where the conversation stands, for the sync light. Whether all is sent is computed from storage, never from here (L13). */
export interface Status {
  readonly link: 'stopped' | 'waiting' | 'opening' | 'greeting' | 'live'
  /** A pull is under way. */
  readonly pulling: boolean
  /** The fault that ended the last connection, if it was one that a person must mend. */
  readonly fault: string | null
  /** When the server was last heard, device clock; null if not in this page life. */
  readonly heardAt: number | null
}

/** What a reissued operation says of its past. */
export type Was = Reference

export type { Answer, Case, Cursor, Known, Limits, Welcome }
