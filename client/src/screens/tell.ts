// What faults say to people: the catalogue's own words, and the one thing that no server says.
import { faultCode, words } from '@shared/fault'
import { language, t } from '../words/words'

export interface Told {
  readonly what: string
  readonly todo: string
}

/** The words of a code. "offline" is the phone's own finding, so the catalogue has no row for it. */
export function toldOf(code: string): Told {
  if (code === 'offline') return { what: t('offline.what'), todo: t('offline.todo') }
  return words(code, language() === 'en' ? 'en' : 'zh')
}

/** What was thrown, in words. */
export function told(thrown: unknown): Told {
  const offline = thrown === 'offline' || (thrown instanceof Error && thrown.message === 'offline')
  return toldOf(offline ? 'offline' : faultCode(thrown))
}

/** One sentence: what is wrong, then what to do. */
export function sentence(code: string): string {
  const { what, todo } = toldOf(code)
  return t('fault.sentence', { what, todo })
}
