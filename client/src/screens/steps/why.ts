// Of which kind the sentences are that are at hand for the reason of a step: one tap instead of typing.
import type { Action, PhraseKind } from '@shared/types.gen'

const kinds: Readonly<Partial<Record<Action, PhraseKind>>> = {
  return: 'return', reject: 'reject', auditFail: 'auditFail', handBack: 'handBack', rework: 'rework', close: 'close', reopen: 'reopen', reconsider: 'reconsider',
  suspend: 'suspension', askSuspension: 'suspension', askExtension: 'extension', askVoid: 'void', appeal: 'appeal', supervise: 'supervise',
  denyExtension: 'deny', denySuspension: 'deny', denyVoid: 'deny', denyAppeal: 'deny',
}

/** Undefined where a step asks for no reason. */
export function kindOf(action: Action): PhraseKind | undefined {
  return kinds[action]
}
