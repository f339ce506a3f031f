import { t } from '../../words/words'

const minute = 60_000
const hour = 60 * minute
const day = 24 * hour

/** How long until a time runs out, or since it did: 还剩 25 分钟, 超期 2 小时. */
export function leftWords(due: number, now: number): string {
  const over = now > due
  const { n, unit } = amount(Math.abs(due - now))
  return t(`${over ? 'late' : 'left'}.${unit}`, { n })
}

/** In the unit in which one would say it; what is left is never made longer than it is. */
function amount(ms: number): { n: number; unit: 'minutes' | 'hours' | 'days' } {
  if (ms < 2 * hour) return { n: Math.floor(ms / minute), unit: 'minutes' }
  return ms < 2 * day ? { n: Math.floor(ms / hour), unit: 'hours' } : { n: Math.floor(ms / day), unit: 'days' }
}

const kilometre = 1000

/** A distance as one would say it: 40 米, 1.2 公里. */
export function metresWords(metres: number): string {
  return metres < kilometre ? t('way.metres', { n: Math.max(10, Math.round(metres / 10) * 10) }) : t('way.kilometres', { n: (metres / kilometre).toFixed(1) })
}
