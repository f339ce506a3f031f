// Which steps a person is offered on a case, which is the likely one, and what each asks for. Whether one may be done is the
// workflow's to say; this is only their order.
import type { Action, Ask, AskKind, Case, Role } from '@shared/types.gen'
import type { IconName } from '../../ui/icons'

/** What a step asks for before it is done; nothing where it is empty. */
export type Asking = 'condition' | 'unit' | 'assignee' | 'until' | 'reason' | 'words' | 'into'

/** In the order in which they are offered. Report and look are the camera's; asks are answered where they stand. */
const offered: Readonly<Partial<Record<Role, readonly Action[]>>> = {
  leader: [
    'dispatch', 'sendRecheck', 'close', 'rework', 'assign', 'sendVerify', 'recallVerify', 'file', 'return', 'reject', 'auditPass', 'auditFail',
    'resume', 'suspend', 'supervise', 'merge', 'separate', 'askVoid', 'reopen', 'reconsider',
  ],
  admin: ['supervise'],
  unit: ['handBack', 'askExtension', 'askSuspension', 'appeal'],
  collector: ['askVoid'],
}

export const stepIcons: Readonly<Partial<Record<Action, IconName>>> = {
  dispatch: 'wrench', sendRecheck: 'eye', close: 'check', rework: 'again', assign: 'person', sendVerify: 'eye', recallVerify: 'back', file: 'document', return: 'back', reject: 'dash',
  auditPass: 'check', auditFail: 'dash', resume: 'right', suspend: 'pause', supervise: 'warning', merge: 'cases', separate: 'cases', askVoid: 'dash', reopen: 'again', reconsider: 'again',
  handBack: 'back', askExtension: 'clock', askSuspension: 'pause', appeal: 'words',
}

/** What may be offered, in order; the likely one first where there is one. */
export function stepsOf(role: Role, c: Case, may: (action: Action) => boolean): Action[] {
  const steps = (offered[role] ?? []).filter(may)
  const likely = likelyOf(role, c)
  return likely !== undefined && steps.includes(likely) ? [likely, ...steps.filter((one) => one !== likely)] : steps
}

/** What this person most probably does next; undefined where the case waits for somebody else. */
export function likelyOf(role: Role, c: Case): Action | undefined {
  if (role !== 'leader') return undefined
  switch (c.state) {
    case 'filed':
      return 'dispatch'
    case 'handled':
      if (c.rechecked === 'recheckPass') return 'close'
      return c.task === undefined ? 'sendRecheck' : undefined
    case 'verifying':
      return c.task?.assignee === undefined ? 'assign' : undefined
    default:
      return undefined
  }
}

/** What has to be said or chosen, in the order of the form. `conditions`: under how many the case may be filed. */
export function askingOf(action: Action, c: Pick<Case, 'rechecked'>, conditions = 0): Asking[] {
  const under: Asking[] = conditions > 1 ? ['condition'] : []
  switch (action) {
    case 'file':
      return under
    case 'dispatch':
      return [...under, 'unit']
    case 'reopen':
      return ['unit', 'reason']
    case 'sendVerify':
    case 'sendRecheck':
    case 'assign':
      return ['assignee']
    case 'suspend':
    case 'askSuspension':
      return ['until', 'reason']
    case 'supervise':
      return ['words']
    case 'merge':
      return ['into']
    case 'close':
      return c.rechecked === 'recheckPass' ? [] : ['reason']
    case 'return':
    case 'reject':
    case 'auditFail':
    case 'handBack':
    case 'rework':
    case 'reconsider':
    case 'askExtension':
    case 'askVoid':
    case 'appeal':
    case 'denyExtension':
    case 'denySuspension':
    case 'denyVoid':
    case 'denyAppeal':
      return ['reason']
    default:
      return []
  }
}

/** The two answers to what is asked for. */
export const answers: Readonly<Record<AskKind, { readonly grant: Action; readonly deny: Action }>> = {
  extension: { grant: 'grantExtension', deny: 'denyExtension' },
  suspension: { grant: 'suspend', deny: 'denySuspension' },
  void: { grant: 'void', deny: 'denyVoid' },
  appeal: { grant: 'grantAppeal', deny: 'denyAppeal' },
}

/** What a granted ask puts in: a suspension takes over why and until when. */
export function grantOf({ kind, reason, until }: Ask): { reason?: string; until?: number } {
  return kind === 'suspension' ? { reason, ...(until !== undefined && { until }) } : {}
}
