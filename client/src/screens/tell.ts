// What faults say to people: the catalogue's own words.
import { faultCode, faultOf, words } from '@shared/fault'
import { type Key, language, t } from '../words/words'

export interface Told {
  readonly what: string
  readonly todo: string
}

/** The words of a code. A build keeps what the first page does not say with the words of later screens, and English with English (build/lean.ts). */
export function toldOf(code: string): Told {
  const told = words(code, language() === 'en' ? 'en' : 'zh')
  if (told.what !== '') return told
  const known = faultOf(code).code
  return { what: t(`fault.${known}` as Key), todo: t(`fault.${known}.do` as Key) }
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
