// What the phone's tables hold. Rows are opaque: sealed bytes beside ids, counters, hashes, times and sizes, nothing that
// says what was written or photographed. Times are milliseconds since 1970 UTC by the device's clock.

import type { Answer, Cursor } from '@sync/wire/types.gen'

/** Bytes under AES-GCM: the nonce and the ciphertext with its tag. */
export interface Sealed {
  readonly iv: Uint8Array<ArrayBuffer>
  readonly data: ArrayBuffer
}

/**
 * `own` is what its person reads; `delivery` is what the phone must send for its author while somebody else is signed in.
 * A lock on the app wraps the first and leaves the second.
 */
export type Purpose = 'own' | 'delivery'

/** How a PIN opens a key: the key's own bytes are sealed with one that PBKDF2 makes of the PIN. */
export interface Lock {
  readonly salt: Uint8Array<ArrayBuffer>
  readonly rounds: number
  readonly wrapped: Sealed
  /** Minutes without a touch after which the app locks itself. */
  readonly minutes: number
}

export interface KeyRow {
  readonly person: string
  readonly purpose: Purpose
  /** Absent while a lock holds it. */
  readonly key?: CryptoKey
  readonly lock?: Lock
  /** What rows were sealed with before the lock was put on or taken off, until all are sealed anew. */
  readonly older?: CryptoKey
}

/** One installation of one person: its chain and its key pair, which never leaves the browser. */
export interface ReplicaRow {
  readonly id: string
  readonly person: string
  readonly keys: CryptoKeyPair
  /** Public key, base64url of SPKI DER. */
  readonly key: string
  readonly createdAt: number
  /** Whether the server said that it knows this replica. */
  readonly enrolled: boolean
  /** Counter of the oldest operation still held and of the last one made; 0 where there is none. */
  readonly oldest: number
  readonly counter: number
  readonly lastHash: string
  readonly acked: number
  readonly ackedHash: string
  /** Counter up to which a proven backup of the server holds it. */
  readonly backedUp: number
  /** Why the server does not take its operations; '' while it does. */
  readonly fault: string
  /** The replica that took its place after a fork (R21); '' while it is in use. */
  readonly successor: string
  readonly predecessor: string
}

/** `repeated` was refused only because the server had it already under another number. */
export type OperationState = 'waiting' | 'applied' | 'late' | 'refused' | 'repeated'

export interface OperationRow {
  readonly replica: string
  readonly counter: number
  readonly person: string
  readonly caseId: string
  readonly hash: string
  readonly savedAt: number
  readonly state: OperationState
  /** The key that its text is sealed with. */
  readonly purpose: Purpose
  readonly sealed: Sealed
  /** base64url; '' until it is made. */
  readonly signature: string
  /** Hashes of the originals and voice notes that it names. */
  readonly photos: readonly string[]
  /** The draft that it was made of; '' for what was done without one. */
  readonly draft: string
  /** The server's receipt. */
  readonly answer?: Answer
  /** The receipt of before the server's data was restored to an older state (R45). */
  readonly receipt?: Answer
  /** The receipt's place in the feed; 0 before it. */
  readonly seq: number
  /** A later operation replaces it. */
  readonly corrected?: boolean
}

/**
 * draft → waiting (its operation is saved) → named (its operation is acknowledged: it may go) → sent. `refused`: its
 * operation was refused, and no other names it. `damaged`: the server could not open it. `lost`: the server lost it after the
 * phone had let it go (R44). `released`: the person let it go.
 */
export type PhotoStage = 'draft' | 'waiting' | 'named' | 'sent' | 'refused' | 'damaged' | 'lost' | 'released'

/** Its bytes are still to go: the record waits, or names it at the centre already. */
export const onTheWay: readonly PhotoStage[] = ['waiting', 'named']

/** Nothing is left to do: it is acknowledged, or was never to be sent. */
export const settled: readonly PhotoStage[] = ['sent', 'draft', 'released']

/** An original, a preview or a voice note on its way; its bytes lie in the table `bytes`. */
export interface PhotoRow {
  readonly person: string
  readonly hash: string
  readonly kind: 'original' | 'preview' | 'voice'
  /** Hash of the original that a preview shows; an original's or a voice note's own. */
  readonly of: string
  readonly stage: PhotoStage
  /** The operation that names it; '' and 0 in a draft. */
  readonly replica: string
  readonly counter: number
  readonly caseId: string
  readonly size: number
  readonly type: string
  readonly savedAt: number
  /** Where its upload goes on; '' before it began. */
  readonly url: string
  /** Drafts that hold it. */
  readonly drafts: readonly string[]
  /** Whether the bytes are still on the phone. */
  readonly held: boolean
}

export interface BytesRow {
  readonly person: string
  readonly hash: string
  readonly sealed: Sealed
}

export interface CaseRow {
  readonly person: string
  readonly id: string
  /** Changes whenever the row does. */
  readonly stamp: string
  /** The full pull that named it last (R31). */
  readonly generation: number
  readonly sealed: Sealed
}

export interface DraftRow {
  readonly id: string
  readonly person: string
  readonly at: number
  readonly sealed: Sealed
}

/** What a person decided and may take back until `fireAt`; then it becomes an operation. */
export interface DecisionRow {
  readonly id: string
  readonly person: string
  readonly caseId: string
  readonly madeAt: number
  readonly fireAt: number
  readonly sealed: Sealed
}

/** A sealed document of one person, by name: profile, directory, taxonomy, what was seen. */
export interface DocumentRow {
  readonly person: string
  readonly name: string
  readonly sealed: Sealed
}

/** A picture fetched for viewing; dropped when room is short. */
export interface ViewRow {
  readonly person: string
  readonly name: string
  readonly usedAt: number
  readonly size: number
  readonly sealed: Sealed
}

/** Where a person's stored cases stand in the feed. */
export interface PlaceRow {
  readonly person: string
  readonly cursor: Cursor | null
  readonly generation: number
  readonly complete: boolean
  /** Ids of cases that left the scope and stay until what is unsent of them was acknowledged (R31, R32). */
  readonly left?: readonly string[]
}

/** What belongs to the device and to nobody: who is signed in, the clock's measured error. */
export interface MetaRow {
  readonly name: string
  readonly value: unknown
}

/** What the centre signed of a person's doings on one case (R50). It says ids, hashes and times, as other rows do. */
export interface ReceiptRow {
  readonly person: string
  readonly caseId: string
  readonly text: string
  readonly signature: string
  /** The server's public key that it holds by, base64url of SPKI DER. */
  readonly key: string
  /** Server's clock when it was signed. */
  readonly at: number
}
