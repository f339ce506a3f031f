// What the administrators' page for backup and rescue is asked of the server; nothing of it is kept on the phone.

import { askJson } from './request'

export interface BackupMade {
  readonly at: number
  /** Its folder; '' where it is only known that the data was restored from it. */
  readonly name: string
  /** Photos that were gone from the storage when it was made. */
  readonly missing: number
  /** Operations that came since. */
  readonly operations: number
}

export interface BackupProof {
  readonly at: number
  readonly backup: string
  readonly madeAt: number
  readonly totals: { readonly operations: number; readonly cases: number; readonly photos: number }
  /** Why it is no good; absent where it is. */
  readonly fault?: string
}

/** One phone after a restore; times are the server's clock. */
export interface HealedPhone {
  readonly replica: string
  readonly label: string
  readonly login: string
  /** The administrators' name for it, and what it called itself. */
  readonly name: string
  readonly device: string
  readonly squad: string
  /** It is connected now. */
  readonly here: boolean
  /** Operations of before the restore that came back; that the phone has and that are not here; that it does not have any more either. */
  readonly back: number
  readonly awaited: number
  readonly gone: number
  /** Photos of its person's records that are not here. */
  readonly waitingPhotos: number
  /** Since the restore, and ever. */
  readonly heardAt?: number
  readonly seenAt?: number
}

/** When a phone compared last what it holds as acknowledged with what is at the centre. */
export interface ComparedPhone {
  readonly replica: string
  readonly label: string
  readonly login: string
  /** Absent: never. */
  readonly at?: number
}

/** One thing that a phone held as acknowledged and that was not at the centre. */
export interface Differing {
  readonly replica: string
  readonly label: string
  readonly counter: number
  readonly short: string
  readonly case?: string
  /** Hash of a photo or voice note; absent where it is the record itself. */
  readonly photo?: string
  /** The phone still had it: it comes again. */
  readonly held: boolean
  /** The phone showed the centre's own receipt. */
  readonly proved: boolean
  readonly firstAt: number
  /** It is at the centre by now. */
  readonly back: boolean
}

export interface Rescue {
  readonly now: number
  /** How old the last ones may grow before there is reason to warn, in milliseconds. */
  readonly backupOld: number
  readonly proofOld: number
  readonly backup?: BackupMade
  /** The last run that made none, where no good one came after it. */
  readonly failed?: { readonly at: number; readonly fault: string }
  /** The last one, good or not, and the last good one. */
  readonly proof?: BackupProof
  readonly good?: BackupProof
  /** The last restore and the backup's time, which life of the data this is, and until when phones hold what was recorded since. */
  readonly restoredAt?: number
  readonly backupAt?: number
  readonly life?: number
  readonly keepUntil?: number
  readonly phones: readonly HealedPhone[]
  readonly compared: readonly ComparedPhone[]
  readonly differences: readonly Differing[]
  /** Fingerprint of the key that receipts are signed with, as phones show it. */
  readonly key: string
}

const patienceMs = 10_000

export function askRescue(): Promise<Rescue> {
  return askJson('/api/office/rescue', { patienceMs })
}
