// The filing condition (立案条件) that a step is done under: asked only where the sub-class has more than one.
import type { Case, Pace, Payload } from '@shared/types.gen'
import type { FilingCondition } from '../../state/contract'
import { t } from '../../words/words'

const minute = 60_000
const hour = 60 * minute
const workingDay = 8 * hour

/** 2 工作日, 4 工作时, 2 紧急工作时, 15 分钟: in the largest unit in which it is a whole number, as the centre writes it. */
export function limitWords({ pace, ms }: { readonly pace: Pace; readonly ms: number }): string {
  const urgent = pace === 'urgent'
  if (urgent && ms % hour !== 0) return t('limit.minutes', { n: ms / minute })
  if (!urgent && ms % workingDay === 0) return t('limit.days', { n: ms / workingDay })
  return t(urgent ? 'limit.urgent' : 'limit.hours', { n: ms / hour })
}

/** What it says and how long it gives: 情形2，4 工作时. */
export function conditionWords(one: FilingCondition): string {
  return t('condition.limit', { words: one.words, limit: limitWords(one) })
}

/** The one that a case has, else the usual one; '' where nothing is asked. */
export function conditionOf(c: Pick<Case, 'condition'>, conditions: readonly FilingCondition[]): string {
  if (conditions.length < 2) return ''
  return (conditions.find(({ id }) => id === c.condition) ?? conditions[0])?.id ?? ''
}

/** The payload under a condition. */
export function under(condition: string, payload: Payload = {}): Payload {
  return condition === '' ? payload : { ...payload, condition }
}
