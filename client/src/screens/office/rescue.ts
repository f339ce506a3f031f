// What the page for backup and rescue says, without a screen.
import type { Differing, HealedPhone, Rescue } from '../../state/office/rescue'

/** `failed` where the last try came to nothing, `old` where it is too long ago, `none` where there never was one. */
export type Standing = 'good' | 'old' | 'failed' | 'none'

export function backupStanding({ backup, failed, now, backupOld }: Rescue): Standing {
  if (failed) return 'failed'
  if (!backup) return 'none'
  return now - backup.at > backupOld ? 'old' : 'good'
}

export function proofStanding({ proof, now, proofOld }: Rescue): Standing {
  if (!proof) return 'none'
  if (proof.fault) return 'failed'
  return now - proof.at > proofOld ? 'old' : 'good'
}

export type Stage = 'unheard' | 'coming' | 'done'

/** Where a phone stands after a restore. What an unheard one holds is not known. */
export function stageOf({ heardAt, awaited }: HealedPhone): Stage {
  if (!heardAt) return 'unheard'
  return awaited > 0 ? 'coming' : 'done'
}

export interface Group {
  readonly stage: Stage
  readonly phones: readonly HealedPhone[]
}

/** Phones by what is to be done about them, that which needs somebody first; of those that are done, who lost or brought something first. */
export function groupsOf(phones: readonly HealedPhone[]): Group[] {
  const weight = ({ gone, waitingPhotos, back }: HealedPhone) => (gone > 0 ? 3 : waitingPhotos > 0 ? 2 : back > 0 ? 1 : 0)
  return (['unheard', 'coming', 'done'] as const)
    .map((stage) => ({ stage, phones: phones.filter((phone) => stageOf(phone) === stage) }))
    .map((group) => (group.stage === 'done' ? { ...group, phones: [...group.phones].sort((a, b) => weight(b) - weight(a)) } : group))
    .filter((group) => group.phones.length > 0)
}

export interface Sums {
  readonly heard: number
  readonly back: number
  readonly awaited: number
  readonly gone: number
}

export function sumsOf(phones: readonly HealedPhone[]): Sums {
  const sum = (of: (phone: HealedPhone) => number) => phones.reduce((all, phone) => all + of(phone), 0)
  return { heard: sum((phone) => (phone.heardAt ? 1 : 0)), back: sum(({ back }) => back), awaited: sum(({ awaited }) => awaited), gone: sum(({ gone }) => gone) }
}

export interface Compared {
  /** Phones that compared ever, and those that never did. */
  readonly phones: number
  readonly never: number
  readonly last: number
  /** What is not here; what cannot come by itself first. */
  readonly open: readonly Differing[]
  /** How much was missing and came again. */
  readonly back: number
}

export function comparedOf({ compared, differences }: Rescue): Compared {
  const times = compared.flatMap(({ at }) => (at === undefined ? [] : [at]))
  const open = differences.filter(({ back }) => !back)
  return {
    phones: times.length, never: compared.length - times.length, last: Math.max(0, ...times),
    open: [...open.filter(({ held }) => !held), ...open.filter(({ held }) => held)], back: differences.length - open.length,
  }
}

export function hours(ms: number): number {
  return Math.round(ms / 3_600_000)
}
