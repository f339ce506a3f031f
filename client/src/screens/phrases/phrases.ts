// Quick phrases as screens offer them: the squad's own, else the built-in ones.
import { maxPhraseLen, type PhraseKind } from '@shared/types.gen'
import { useSquadPhrases } from '../../state/phrases'
import { t, type Key } from '../../words/words'

const builtIn: Readonly<Record<PhraseKind, readonly Key[]>> = {
  description: ['phrase.sight1', 'phrase.sight2', 'phrase.sight3', 'phrase.sight4'],
  address: ['phrase.place1', 'phrase.place2', 'phrase.place3'],
  return: ['reason.return1', 'reason.return2', 'reason.return3', 'reason.return4'],
  reject: ['reason.reject1', 'reason.reject2', 'reason.reject3', 'reason.reject4'],
  auditFail: ['reason.auditFail1', 'reason.auditFail2', 'reason.auditFail3'],
  handBack: ['why.handBack1', 'why.handBack2', 'why.handBack3'],
  extension: ['why.askExtension1', 'why.askExtension2', 'why.askExtension3'],
  suspension: ['why.suspend1', 'why.suspend2', 'why.suspend3'],
  appeal: ['why.appeal1', 'why.appeal2'],
  rework: ['why.rework1', 'why.rework2', 'why.rework3'],
  close: ['why.close1', 'why.close2'],
  reopen: ['why.reopen1', 'why.reopen2'],
  reconsider: ['why.reconsider1'],
  void: ['why.askVoid1', 'why.askVoid2'],
  deny: ['why.deny1', 'why.deny2'],
  supervise: ['why.supervise1', 'why.supervise2'],
}

/** Where the cursor goes in a phrase that has to be filled in. */
export const hole = '＿'

export interface Phrases {
  /** The squad's own, else the built-in ones, in the order in which they are offered. */
  of(kind: PhraseKind): readonly string[]
  /** Whether the squad keeps its own of this kind. */
  own(kind: PhraseKind): boolean
  /** Keeps these for the squad, none for the built-in ones. For leaders, on line; rejects with a Fault. */
  put(kind: PhraseKind, texts: readonly string[]): Promise<void>
}

export function usePhrases(): Phrases {
  const squad = useSquadPhrases()
  const of = (kind: PhraseKind) => {
    const kept = squad.kept(kind)
    return kept.length > 0 ? kept : builtIn[kind].map((key) => t(key).trim())
  }
  return { of, own: (kind) => squad.kept(kind).length > 0, put: squad.put }
}

/** A phrase as it may be kept: one line, no space around it. */
export function tidy(text: string): string {
  return text.replace(/\s+/g, ' ').trim()
}

/** How many characters are over the limit, as people count them. */
export function over(text: string): number {
  return Math.max(0, [...tidy(text)].length - maxPhraseLen)
}

/** The list with one phrase moved up (-1) or down (1); as it was at the ends. */
export function moved(list: readonly string[], from: number, by: -1 | 1): string[] {
  const next = [...list]
  const [taken] = next.splice(from, 1)
  if (taken !== undefined) next.splice(Math.max(0, Math.min(list.length - 1, from + by)), 0, taken)
  return next
}
