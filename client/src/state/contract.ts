// What screens see of the phone's data: plain values that change, and promises that do. Screens know nothing of Dexie,
// sockets or keys. Implemented by the composables beside this file; times are milliseconds since 1970 UTC, WGS-84 degrees.

import type { ComputedRef, Ref, ShallowRef } from 'vue'
import type { Action, Case, Change, Fix, Pace, Payload, PhraseKind, Role, Voice } from '@shared/types.gen'

/** Who is signed in on this phone. */
interface Person {
  readonly id: string
  readonly login: string
  readonly label: string
  readonly role: Role
  readonly squad: string
  readonly squadName: string
  /** of people with the role unit, who have no squad */
  readonly unit?: string
  readonly unitName?: string
}

export interface SessionState {
  readonly person: Readonly<Ref<Person | null>>
  /** The server no longer knows the session; the app stays usable and records wait. */
  readonly expired: Readonly<Ref<boolean>>
  readonly demo: Readonly<Ref<boolean>>
  /** Storage is persistent: true, false, or null while unknown. */
  readonly persistent: Readonly<Ref<boolean | null>>
  /** Asks the browser once more to keep the storage; whether it promised. */
  askPersistent(): Promise<boolean>
  /** Rejects with a Fault of the catalogue (session.wrongPassword, session.tooMany …) or `offline`. */
  signIn(login: string, password: string): Promise<void>
  /** When the person's work of today began on this phone; null while that is being read. */
  readonly since: Readonly<Ref<number | null>>
  /** Its page waits until everything of the person is at the centre or left in a hand-over file; what is left goes on being delivered. */
  signOut(): Promise<void>
}

/**
 * How far a record's travel is (UX.md), computed from storage and receipts only. `photos` and `left` count photos and voice
 * notes alike, `voices` how many of them are voice notes; absent: none.
 */
export type Travel =
  | { readonly kind: 'onPhone' }
  | { readonly kind: 'going'; readonly sent: number; readonly photos: number; readonly voices?: number }
  | { readonly kind: 'photosOnTheWay'; readonly left: number; readonly voices?: number }
  | { readonly kind: 'arrived' }
  /** The record is there, but photos that came are gone from the centre's storage, or are no images. */
  | { readonly kind: 'lost'; readonly photos: number; readonly voices?: number }
  | { readonly kind: 'damaged'; readonly photos: number; readonly voices?: number }
  | { readonly kind: 'refused'; readonly fault: string; readonly operation: string }
  | { readonly kind: 'late'; readonly fault: string }

/** A case as this phone shows it: the server's, with what was done here and not acknowledged yet on top. */
export interface CaseView {
  readonly case: Case
  readonly travel: Travel
  /** The signed-in person reported it. */
  readonly mine: boolean
  /** Operations of this phone on it that are not acknowledged. */
  readonly unsent: number
  /** The person lost a field to somebody else's change and has not been told yet (L5). */
  readonly lost: boolean
  /** Opened by this person at this revision or later. */
  readonly unread: boolean
}

export interface CasesState {
  readonly cases: Readonly<ShallowRef<readonly CaseView[]>>
  /** False until storage was read once. */
  readonly ready: Readonly<Ref<boolean>>
  /** The phone's storage cannot be read: what is on the screen may be old. */
  readonly failed: Readonly<Ref<boolean>>
}

/** One refused operation, kept readable, correctable and exportable (L6). */
export interface Refused {
  readonly operation: string // "replica/counter"
  readonly caseId: string
  readonly action: Action
  readonly fault: string
  readonly at: number
  readonly text: string // exact body
}

/** The sync light and what is behind it (L13). */
export interface SyncState {
  readonly link: Readonly<Ref<'stopped' | 'waiting' | 'opening' | 'greeting' | 'live'>>
  readonly pulling: Readonly<Ref<boolean>>
  readonly fault: Readonly<Ref<string | null>>
  readonly heardAt: Readonly<Ref<number | null>>
  /** The centre's clock minus this phone's, ms; 0 where it was never measured. */
  readonly skew: Readonly<Ref<number>>
  /** Of the signed-in person: operations, photos and voice notes that the server has not acknowledged. */
  readonly waitingRecords: Readonly<Ref<number>>
  readonly waitingPhotos: Readonly<Ref<number>>
  readonly waitingVoices: Readonly<Ref<number>>
  readonly waitingBytes: Readonly<Ref<number>>
  /** What this phone still holds for other people, by how many. */
  readonly others: Readonly<Ref<{ readonly people: number; readonly records: number; readonly photos: number; readonly voices: number }>>
  /** True only if everything up to the last counter and every photo's hash was acknowledged. */
  readonly allSent: ComputedRef<boolean>
  readonly refused: Readonly<ShallowRef<readonly Refused[]>>
  /** Photos and voice notes that nothing helps but the person: the centre cannot open them, or lost them after this phone let them go. */
  readonly damaged: Readonly<ShallowRef<readonly { readonly hash: string; readonly caseId: string; readonly lost: boolean; readonly voice: boolean }[]>>
  /** Bytes used and allowed by the browser, null where it does not say. */
  readonly storage: Readonly<Ref<{ readonly used: number; readonly quota: number } | null>>
  /** How much room there is: `low` is said before it is too late, `full` is what the last attempt to store said. */
  readonly room: ComputedRef<'plenty' | 'low' | 'full'>
  tryNow(): void
  /** Asks the centre for anything new; resolves with whether it answered. Where there is no network it says so at once. */
  refresh(): Promise<boolean>
  /** Lets go of a photo or voice note that arrived damaged or was lost. */
  release(hash: string): Promise<void>
  /** A file with the exact refused record and its photos, for handing over by other means. */
  exportRefused(operation: string): Promise<Blob>
}

interface Amount {
  readonly count: number
  readonly bytes: number
}

/** What takes room on the phone; what waits to be sent is SyncState's. */
export interface StorageState {
  /** null until it was read. */
  readonly held: Readonly<ShallowRef<{
    readonly drafts: number
    readonly draftPhotos: Amount
    /** Photos that the centre has and that are still here. */
    readonly arrived: Amount
    readonly cases: number
    /** Pictures fetched for viewing. */
    readonly views: Amount
  } | null>>
  look(): void
  /** Lets go of what the centre has too; gives the bytes. */
  letGo(): Promise<number>
}

/** A photo in a draft: already in durable storage when it appears here. */
export interface DraftPhoto {
  readonly hash: string
  readonly part: 'scene' | 'before' | 'after'
  readonly origin: 'camera' | 'systemCamera' | 'gallery'
  readonly size: number
  readonly type: string
  /** Object URL of the preview, null where the type cannot be decoded here. */
  readonly preview: string | null
  readonly takenAt: number
  /** Where the camera looked, degrees clockwise from north; null where the device does not say. */
  readonly heading: number | null
}

/** What else is known at the shutter. */
export interface ShutterMore {
  readonly heading?: number | null
  /** Hash of the photo whose place it takes: retaken, the old one goes when the new one is stored, not before. */
  readonly replaces?: string
}

/** A voice note as the operation will describe it, with its bytes. */
export interface Recorded {
  readonly voice: Voice
  readonly bytes: ArrayBuffer
}

/** What somebody saw on the spot at a case that is there already. */
export type Sight = 'verifyReal' | 'verifyFalse' | 'recheckPass' | 'recheckFail' | 'handle' | 'confirm'

/** What is being written; kept in storage as it changes, restored after a killed page. */
export interface Draft {
  readonly id: string
  /** What a look found is settled when it is saved: until then either answer's draft is the draft of that look. */
  readonly kind: 'report' | 'selfHandle' | 'resubmit' | 'attach' | Sight
  /** The case that a resubmission, a look or more photos are about. */
  readonly caseId: string
  readonly photos: readonly DraftPhoto[]
  /** Voice notes, in durable storage when they appear here. */
  readonly voices: readonly Voice[]
  readonly category: string
  readonly description: string
  readonly address: string
  readonly pin: string
  readonly words: string
  readonly startedAt: number
  /** The refused operation that this draft corrects, "replica/counter" or ''. */
  readonly corrects: string
}

export interface DraftState {
  readonly draft: Readonly<ShallowRef<Draft | null>>
  /** Drafts left by a killed page or an interrupted report, newest first. */
  readonly left: Readonly<ShallowRef<readonly Draft[]>>
  begin(kind: Draft['kind'], caseId?: string): Promise<Draft>
  open(id: string): Promise<void>
  /** Corrects a refused operation: opens a draft with all that it held. */
  correct(operation: string): Promise<Draft>
  change(fields: Partial<Pick<Draft, 'category' | 'description' | 'address' | 'pin' | 'words'>>): void
  /** Decodes, hashes, previews and stores one photograph. Rejects with photo.damaged, photo.tooLarge or storage.full; the draft is as before. */
  addPhoto(file: Blob, origin: DraftPhoto['origin'], part?: DraftPhoto['part'], takenAt?: number, more?: ShutterMore): Promise<DraftPhoto>
  removePhoto(hash: string): Promise<void>
  /** Stores one voice note. Rejects with storage.full; the draft is as before. */
  addVoice(recorded: Recorded): Promise<void>
  removeVoice(hash: string): Promise<void>
  movePhoto(hash: string, to: number): Promise<void>
  /**
   * Saves it as an operation in one strict transaction: resolves with the short id when it is durable (L1). Rejects with a fault; the draft stays.
   * @param as what it turned out to be: the answer that a look gave, or evidence of a case that is there already
   */
  save(as?: Partial<Pick<Draft, 'kind' | 'caseId'>>): Promise<{ readonly caseId: string; readonly short: string }>
  discard(): Promise<void>
  /** False while a photo is on its way into storage, or something typed is not there yet: it would go with the page. */
  settled(): boolean
}

/** A decision that is stored and may be taken back until `until`, by the device's clock; then it goes to the centre. */
export interface Undoable {
  readonly decision: string
  readonly caseId: string
  readonly action: Action
  readonly until: number
}

/** One decision on many cases, while it is being stored. */
export interface Many {
  readonly until: number
  readonly faults: Promise<ReadonlyMap<string, string>>
}

/** Everything else that a person does to a case. Each resolves when it is durable on the phone (L1). */
export interface DeedState {
  /** Decisions of this person that may still be taken back, oldest first. */
  readonly undoable: Readonly<ShallowRef<readonly Undoable[]>>
  /** Takes a decision back. False where its time was over: it is an operation already. */
  undo(decision: string): Promise<boolean>
  /**
   * Takes back all that may be taken back until that very time: one decision, or one on many cases, whether or not `undoable` has all of it yet.
   * Resolves to the cases that are as they were.
   */
  undoTogether(until: number): Promise<readonly string[]>
  /** Whether the workflow lets this person do it to this case now, whatever is put in. */
  may(view: CaseView, action: Action): boolean
  /**
   * Does it. What a leader, an administrator or a unit decides may be taken back for five seconds; what somebody saw is saved at once.
   * Rejects with the fault where it would be refused, or where a decision would come too late.
   */
  do(caseId: string, action: Action, payload?: Payload): Promise<void>
  /**
   * Decides many one after the other, each as its own: all of them may be taken back until one and the same time, ten seconds after the last is stored.
   * `faults` resolves when the last is stored, with the fault of each that could not be done.
   */
  many(action: Action, of: readonly { readonly caseId: string; readonly payload: Payload }[]): Many
  decide(caseId: string, action: 'file' | 'auditPass'): Promise<void>
  decideWithReason(caseId: string, action: 'return' | 'reject' | 'auditFail', reason: string): Promise<void>
  comment(caseId: string, words: string): Promise<void>
  amend(caseId: string, changes: readonly Change[]): Promise<void>
  /** Says that the person looked at the case as it is now. */
  seen(caseId: string): void
}

export interface PhotoState {
  /**
   * A photo by its original's hash: from the phone, else from the server. `url` is null while it is not to be had, and for
   * the preview of a photo of which no phone could make one; `voice` is a voice note by its hash. `fault` says why the server will not show it, '' otherwise.
   */
  look(hash: string, size: 'preview' | 'screen' | 'original' | 'voice'): { readonly url: Readonly<Ref<string | null>>; readonly fault: Readonly<Ref<string>> }
  /** The untouched bytes of an original: from the phone, else from the server; null where they are not to be had. */
  original(hash: string): Promise<Blob | null>
  /** The server showed a case that the phone does not keep: its pictures may be looked at. */
  glance(c: Case): void
}

/** The best position so far. */
export interface PlaceState {
  readonly fix: Readonly<ShallowRef<Fix | null>>
  readonly problem: Readonly<Ref<'denied' | 'unavailable' | 'timeout' | null>>
  /** Begins to look for the place; stops by itself when nobody looks any more. */
  watch(): void
  unwatch(): void
}

export interface CategoryView {
  readonly key: string
  readonly name: string
  readonly classCode: string
  readonly className: string
  readonly code: string
  readonly standard: string
  readonly kind: string
  readonly confirmed: boolean
}

export interface TaxonomyState {
  readonly ready: Readonly<Ref<boolean>>
  name(key: string): string
  category(key: string): CategoryView | null
  /** Keys that street collectors report most, the commonest first. */
  readonly usual: ComputedRef<readonly string[]>
  search(query: string): readonly CategoryView[]
}

/** The quick phrases that the squad keeps; what stands in for a kind that it keeps none of is the screens' (screens/phrases). */
export interface PhrasesState {
  kept(kind: PhraseKind): readonly string[]
  /** For leaders, on line. Rejects with a Fault (phrases.changed, phrases.malformed, offline …); the old ones then stay. */
  put(kind: PhraseKind, texts: readonly string[]): Promise<void>
}

/** A piece of ground that a squad answers for; its outline in WGS-84 degrees, longitude first, the last point repeats the first. */
export interface Area {
  readonly code: string
  readonly name: string
  readonly squad: string
  readonly kind: 'community' | 'unitGrid' | 'dutyGrid'
  readonly ring: readonly (readonly [number, number])[]
  /** Ids of those who answer for it and can be sent; told to who sends, absent where there are none. */
  readonly collectors?: readonly string[]
}

interface Colleague {
  readonly id: string
  readonly label: string
  readonly role: Role
  readonly squad: string
}

export interface Unit {
  readonly code: string
  readonly name: string
  /** nothing may be dispatched to it any more */
  readonly closed: boolean
}

/** A line of the register (责任清单): what a unit answers for. */
export interface Duty {
  readonly unit: string
  /** A key that a sub-class's key is or begins with. */
  readonly category: string
  /** Code of an area or a squad; absent: everywhere. */
  readonly area?: string
}

/** A filing condition (立案条件) of a sub-class, on which the limit of handling hangs. */
export interface FilingCondition {
  readonly id: string
  readonly words: string
  readonly pace: Pace
  readonly ms: number
}

export interface DirectoryState {
  /** The label of a person, e.g. 采集员6-01; the id's first characters where unknown. */
  label(personId: string): string
  squadName(code: string): string
  /** The name of a responsible unit; its code where it is not known. */
  unitName(code: string): string
  /** The units that cases can be dispatched to; for people of a unit their own. */
  readonly units: ComputedRef<readonly Unit[]>
  /** Whom the person may know of; empty until it was fetched once. */
  readonly people: ComputedRef<readonly Colleague[]>
  /** The ground of the person's scope; empty until it was fetched once. */
  readonly areas: ComputedRef<readonly Area[]>
  /** What units answer for on the person's ground; for who dispatches. */
  readonly register: ComputedRef<readonly Duty[]>
  /** The filing conditions of a sub-class, the usual one first; for who files. */
  conditions(category: string | undefined): readonly FilingCondition[]
}
