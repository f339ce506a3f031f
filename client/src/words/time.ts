// How times read: relative near, absolute far, exact on demand; 24 hours, in the centre's zone whatever the phone's.
import { language, t } from './words'

const zone = 'Asia/Shanghai'
const minute = 60_000
const hour = 60 * minute

interface Parts {
  readonly year: number
  readonly day: number
  readonly month: string
  readonly clock: string
  /** the calendar day, comparable */
  readonly date: string
}

const numbers = new Intl.DateTimeFormat('en-CA', { timeZone: zone, year: 'numeric', month: '2-digit', day: '2-digit' })
const time = new Intl.DateTimeFormat('en-CA', { timeZone: zone, hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' })
const formats = new Map<string, Intl.DateTimeFormat>()

function format(name: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${language()} ${name}`
  const made = formats.get(key) ?? new Intl.DateTimeFormat(language(), { timeZone: zone, ...options })
  formats.set(key, made)
  return made
}

function partsOf(at: number): Parts {
  const date = numbers.format(at)
  return {
    date,
    year: Number(date.slice(0, 4)),
    day: Number(date.slice(8, 10)),
    month: language() === 'en' ? format('month', { month: 'short' }).format(at) : String(Number(date.slice(5, 7))),
    clock: format('clock', { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }).format(at),
  }
}

/** 刚刚, 5 分钟前, 今天 14:05, 昨天 14:05, 11月3日 14:05, 2025年11月3日 14:05; both in milliseconds since 1970. */
export function near(at: number, now: number): string {
  const past = now - at
  if (past > -minute && past < minute) return t('time.now')
  if (past >= minute && past < hour) return t('time.minutes', { n: Math.floor(past / minute) })
  const then = partsOf(at)
  if (then.date === partsOf(now).date) return t('time.today', { clock: then.clock })
  if (then.date === partsOf(now - 24 * hour).date) return t('time.yesterday', { clock: then.clock })
  const { year, month, day, clock } = then
  return year === partsOf(now).year ? t('time.thisYear', { month, day, clock }) : t('time.far', { year, month, day, clock })
}

/** To the second, with the year. */
export function exact(at: number): string {
  const seconds = format('seconds', { second: '2-digit' }).format(at).replace(/\D/g, '').padStart(2, '0')
  const { year, month, day, clock } = partsOf(at)
  return t('time.far', { year, month, day, clock: `${clock}:${seconds}` })
}

/** How old something short-lived is, 0 ms and more: 3 秒前, 5 分钟前. */
export function age(past: number): string {
  if (past < minute) return t('time.seconds', { n: Math.max(0, Math.floor(past / 1000)) })
  return past < 2 * hour ? t('time.minutes', { n: Math.floor(past / minute) }) : t('time.hours', { n: Math.floor(past / hour) })
}

/** Midnight before a time, in the zone. */
export function startOfDay(at: number): number {
  const [hours = 0, minutes = 0, seconds = 0] = time.format(at).split(':').map(Number)
  return at - (at % 1000) - ((hours * 60 + minutes) * 60 + seconds) * 1000
}

/** The time of day: 08:05. */
export function clock(at: number): string {
  return partsOf(at).clock
}

/** The calendar day of a time, as a date field has it: 2026-11-26. */
export function dateOf(at: number): string {
  return partsOf(at).date
}

/** When a calendar day begins. */
export function startOf(date: string): number {
  return startOfDay(Date.parse(`${date}T04:00:00Z`)) // noon there
}
