// The day in words.
import { clock, near, startOfDay } from '../../words/time'
import { t } from '../../words/words'
import type { Holding } from './day'

/** A moment of today by the clock, an earlier one with its day. */
export function moment(at: number, now: number): string {
  return at >= startOfDay(now) ? clock(at) : near(at, now)
}

/** 3 条记录、2 张照片 */
export function howMuch({ records, photos }: Holding): string {
  if (photos === 0) return t('day.records', { n: records })
  return records === 0 ? t('day.photos', { n: photos }) : t('day.both', { records, photos })
}
