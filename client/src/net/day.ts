// What a squad's day is asked of the server: it needs the line, and nothing of it is kept on the phone.

import type { Role } from '@shared/types.gen'
import { askJson } from './request'

/** Cases: reported, filed and returned today; waiting for the leader now. */
export interface Tally {
  readonly reported: number
  readonly filed: number
  readonly returned: number
  readonly waiting: number
}

/** Operations that a phone lost: later ones arrived. */
export interface DayGap {
  readonly from: number
  readonly to: number
  readonly at: number
  /** What the first of them is called on the phone. */
  readonly short: string
  /** When the operations on both sides of the hole were made. */
  readonly after?: number
  readonly before?: number
}

/** One phone of a person; times are the server's clock. */
export interface DayPhone {
  readonly replica: string
  readonly device: string
  /** It is connected now. */
  readonly here: boolean
  readonly heardAt?: number
  /** What it said it made and did not send, and since when. */
  readonly records: number
  readonly recordsSince?: number
  /** Photos of records that are at the centre, which are not. */
  readonly photos: number
  readonly photosSince?: number
  readonly gaps: readonly DayGap[]
}

export interface DayPerson extends Tally {
  readonly id: string
  readonly label: string
  readonly role: Role
  readonly here: boolean
  /** When and where they reported last today. */
  readonly lastAt?: number
  readonly lastAddress?: string
  readonly phones: readonly DayPhone[]
}

export interface Day extends Tally {
  readonly squad: { readonly code: string; readonly name: string }
  /** That may be looked at. */
  readonly squads: readonly { readonly code: string; readonly name: string }[]
  /** When the city's day began, and now, by the server's clock. */
  readonly day: number
  readonly now: number
  readonly people: readonly DayPerson[]
}

const patienceMs = 10_000

/** @param squad code; '' is one's own */
export function askDay(squad: string): Promise<Day> {
  return askJson(`/api/day${squad === '' ? '' : `?squad=${encodeURIComponent(squad)}`}`, { patienceMs })
}
