// A second place for what is not sent yet, outside the database that browsers clear: a list in localStorage and a small cookie.
// Numbers, times and places only, no words. Safari clears both with the rest after seven days without a visit (which the home
// screen is exempt from), and keeps cookies of scripts for seven days at most; what the centre knows of this phone stays.

/** One record of this phone that the centre has not acknowledged. */
export interface Noted {
  readonly replica: string
  readonly counter: number
  /** For people; '' where the record is of a case that was there before. */
  readonly short: string
  /** ms since 1970 UTC, by the device's clock */
  readonly at: number
  /** "longitude,latitude"; '' where there was no fix. */
  readonly place: string
}

/** What is left where the list is gone too. */
export interface Counted {
  readonly count: number
  readonly short: string
  readonly at: number
}

const name = 'buxun.unsent'
const cookie = 'buxun_unsent'
const yearSeconds = 365 * 24 * 3600
/** More would be a year's forgetting; the cookie counts all. */
const most = 500

export function noteUnsent(list: readonly Noted[]): void {
  const last = list[list.length - 1]
  try {
    if (last === undefined) localStorage.removeItem(name)
    else localStorage.setItem(name, JSON.stringify(list.slice(-most)))
  } catch {
    // full or forbidden: the cookie still counts
  }
  const value = last === undefined ? '' : `${list.length}_${last.short}_${last.at}`
  document.cookie = `${cookie}=${value}; Path=/; SameSite=Strict; Max-Age=${last === undefined ? 0 : yearSeconds}`
}

export function notedUnsent(): readonly Noted[] {
  try {
    return JSON.parse(localStorage.getItem(name) ?? '[]') as Noted[]
  } catch {
    return []
  }
}

/** What the cookie says; null where there is none. */
export function countedUnsent(): Counted | null {
  const [, value = ''] = new RegExp(`(?:^|; )${cookie}=([^;]*)`).exec(document.cookie) ?? []
  const [count = '', short = '', at = ''] = value.split('_')
  return Number(count) > 0 ? { count: Number(count), short, at: Number(at) } : null
}
