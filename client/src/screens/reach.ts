import { awaited } from '@shared/reach'
import type { Action, Case, Entry } from '@shared/types.gen'
import { near } from '../words/time'
import { t } from '../words/words'

/** What somebody waits for on another phone. */
const sent: ReadonlySet<Action> = new Set(['return', 'sendVerify', 'sendRecheck', 'assign'])

/** How far a return or an errand came to whom it came back to, in words; '' for an entry of another kind, and for one that is over and told nothing. */
export function reachOf(c: Case, entry: Entry | undefined, now: number): string {
  if (entry === undefined || entry.late !== undefined || !sent.has(entry.action)) return ''
  if (entry.seen !== undefined) return t('reach.seen', { at: near(entry.seen, now) })
  if (entry.delivered !== undefined) return t('reach.delivered', { at: near(entry.delivered, now) })
  return awaited(c)?.entry === entry ? t('reach.waits') : ''
}
