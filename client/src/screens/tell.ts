// What faults say to people: the catalogue's own words.
import { faultCode, words } from '@shared/fault'
import { language, t } from '../words/words'

export interface Told {
  readonly what: string
  readonly todo: string
}

/** The words of a code. */
export function toldOf(code: string): Told {
  return words(code, language() === 'en' ? 'en' : 'zh')
}

/** What was thrown, in words. */
export function told(thrown: unknown): Told {
  return toldOf(faultCode(thrown))
}

/** One sentence: what is wrong, then what to do. */
export function sentence(code: string): string {
  const { what, todo } = toldOf(code)
  return t('fault.sentence', { what, todo })
}
