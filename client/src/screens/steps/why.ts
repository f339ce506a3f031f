// Sentences at hand for the reason of a step: one tap instead of typing.
import type { Action, PhraseKind } from '@shared/types.gen'
import { t, type Key } from '../../words/words'

const suspension: readonly Key[] = ['why.suspend1', 'why.suspend2', 'why.suspend3']
const denial: readonly Key[] = ['why.deny1', 'why.deny2']
const builtIn: Readonly<Partial<Record<Action, readonly Key[]>>> = {
  handBack: ['why.handBack1', 'why.handBack2', 'why.handBack3'],
  rework: ['why.rework1', 'why.rework2', 'why.rework3'],
  close: ['why.close1', 'why.close2'],
  reopen: ['why.reopen1', 'why.reopen2'],
  reconsider: ['why.reconsider1'],
  suspend: suspension, askSuspension: suspension,
  askExtension: ['why.askExtension1', 'why.askExtension2', 'why.askExtension3'],
  askVoid: ['why.askVoid1', 'why.askVoid2'],
  denyExtension: denial, denySuspension: denial, denyVoid: ['why.deny1'], denyAppeal: ['why.deny1'],
  appeal: ['why.appeal1', 'why.appeal2'],
  supervise: ['why.supervise1', 'why.supervise2'],
}

/** Those that the squad keeps are asked for by kind; the others come with Buxun. */
export function whyOf(action: Action, kept: (kind: PhraseKind) => readonly string[]): readonly string[] {
  if (action === 'return' || action === 'reject' || action === 'auditFail') return kept(action)
  return (builtIn[action] ?? []).map((key) => t(key))
}
