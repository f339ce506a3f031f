// What of a case's time limits is told: the one that runs, and how much of it is left.
import type { Case, Clock } from '@shared/types.gen'
import { skew } from '../ui/now'
import { t } from '../words/words'

const minute = 60_000
const hour = 60 * minute
const day = 24 * hour

/** The limit that counts now: of those whose work is not done the one that runs out first, else one that stands still. */
export function clockNow({ clocks = [] }: Pick<Case, 'clocks'>): Clock | undefined {
  const open = clocks.filter((clock) => clock.done === undefined)
  const running = open.filter((clock) => clock.due !== undefined).sort((a, b) => (a.due ?? 0) - (b.due ?? 0))
  return running[0] ?? open.find((clock) => clock.left !== undefined)
}

/** The time by the centre's clock, at a time of this phone's. */
export function atCentre(now: number): number {
  return now + skew.value
}

/** Whether it ran out: by what the centre marked, or by the time. */
export function isOver(clock: Clock, now: number): boolean {
  return clock.overdue !== undefined || (clock.due !== undefined && clock.due <= atCentre(now)) || (clock.due === undefined && (clock.left ?? 0) < 0)
}

/** 25 分钟, 3 小时, 2 天: whole ones, at least one minute. */
export function long(ms: number): string {
  if (ms < hour) return t('long.minutes', { n: Math.max(1, Math.floor(ms / minute)) })
  return ms < 2 * day ? t('long.hours', { n: Math.floor(ms / hour) }) : t('long.days', { n: Math.floor(ms / day) })
}

/** 处置还剩 3 小时, 处置超期 2 小时; since when it was over where the centre said. */
export function clockWords(clock: Clock, now: number): string {
  const phase = t(`phase.${clock.phase}`)
  if (clock.due === undefined) return (clock.left ?? 0) < 0 ? t('clock.over', { phase, time: long(-(clock.left ?? 0)) }) : t('clock.still', { phase, time: long(clock.left ?? 0) })
  if (isOver(clock, now)) return t('clock.over', { phase, time: long(atCentre(now) - Math.min(clock.due, clock.overdue ?? clock.due)) })
  return t('clock.left', { phase, time: long(clock.due - atCentre(now)) })
}
