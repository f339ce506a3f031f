// Looks at a case that is there already: which answers there are, what the photos show.
import type { Draft, DraftPhoto, Sight } from '../../state/contract'

export type Look = 'verify' | 'recheck' | 'handle' | 'confirm'

const answers: Readonly<Record<Look, readonly Sight[]>> = {
  verify: ['verifyReal', 'verifyFalse'],
  recheck: ['recheckPass', 'recheckFail'],
  handle: ['handle'],
  confirm: ['confirm'],
}
const looks = Object.keys(answers) as Look[]

/** What may come of a look, the better first; one where nothing is asked. */
export function answersOf(look: Look): readonly Sight[] {
  return answers[look]
}

/** The look that an action ends; undefined for another action. */
export function lookOf(action: string): Look | undefined {
  return looks.find((look) => look === action || answers[look].some((answer) => answer === action))
}

/** What its photos show: the place afterwards, where something was to be done about it. */
export function partOf(look: Look): DraftPhoto['part'] {
  return look === 'handle' || look === 'recheck' ? 'after' : 'scene'
}

/** Whether two drafts are one piece of work: what a look found is settled when it is saved. */
export function sameWork(a: Draft['kind'], b: Draft['kind']): boolean {
  return a === b || (lookOf(a) !== undefined && lookOf(a) === lookOf(b))
}
