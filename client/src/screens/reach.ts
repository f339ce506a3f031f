import { returned } from '@shared/reach'
import type { Case, Entry } from '@shared/types.gen'
import { near } from '../words/time'
import { t } from '../words/words'

/** How far a return came to whom it came back to, in words; '' for an entry of another kind, and for one that is over and told nothing. */
export function reachOf(c: Case, entry: Entry | undefined, now: number): string {
  if (entry?.action !== 'return' || entry.late !== undefined) return ''
  if (entry.seen !== undefined) return t('reach.seen', { at: near(entry.seen, now) })
  if (entry.delivered !== undefined) return t('reach.delivered', { at: near(entry.delivered, now) })
  return returned(c) === entry ? t('reach.waits') : ''
}
