// What a decision on many cases would do, case by case, before it is done. Pure.
import type { Action, Case, Entry, Payload, Role, State } from '@shared/types.gen'
import { allows, builtinWorkflow, moveOf } from '@shared/workflow'
import type { CaseView } from '../../state/contract'

/** What may be decided for many at once; the likely one last. */
export const bulks = ['reject', 'return', 'auditPass', 'close', 'dispatch', 'file'] as const
export type Bulk = (typeof bulks)[number]

/** Why nothing is put in for a case: nothing tells its unit; it is closed without a passed re-check only with a reason of its own. */
export type Lack = 'noUnit' | 'notRechecked'

/** Why one is left out: who decided it meanwhile, what it is, what is lacking, that it is not here any more. */
export type Why =
  | { readonly kind: 'decided'; readonly entry: Entry }
  | { readonly kind: 'state'; readonly state: State }
  | { readonly kind: Lack }
  | { readonly kind: 'gone' }

/** Whether the table lets this role decide anything for many. */
export function decides(role: Role | undefined): boolean {
  return bulks.some((action) => {
    const move = moveOf(builtinWorkflow, action)
    return move !== undefined && allows(move, role)
  })
}

/** Whether it may be done to a case together with others, where the workflow lets this person. */
export function together({ case: c }: CaseView, action: Bulk): boolean {
  return action !== 'close' || c.rechecked === 'recheckPass'
}

/** What may be done to at least one of the cases, with to how many; the likely one last. */
export function offersOf(views: readonly CaseView[], may: (view: CaseView, action: Bulk) => boolean): ReadonlyMap<Bulk, number> {
  const counts = bulks.map((action) => [action, views.filter((view) => together(view, action) && may(view, action)).length] as const)
  return new Map(counts.filter(([, n]) => n > 0))
}

export interface Plan {
  readonly does: readonly { readonly view: CaseView; readonly payload: Payload }[]
  readonly leaves: readonly { readonly id: string; readonly short: string; readonly why: Why }[]
}

/**
 * @param may whether the workflow lets this person do it to a case now
 * @param payloadOf what is put in for a case, or what is lacking
 */
export function planOf(ids: readonly string[], find: (id: string) => CaseView | undefined, may: (view: CaseView) => boolean, payloadOf: (view: CaseView) => Payload | Lack): Plan {
  const does: Plan['does'][number][] = []
  const leaves: Plan['leaves'][number][] = []
  for (const id of ids) {
    const view = find(id)
    const payload = view && payloadOf(view)
    if (view === undefined) leaves.push({ id, short: '', why: { kind: 'gone' } })
    else if (!may(view)) leaves.push({ id, short: view.case.short, why: whyNot(view.case) })
    else if (typeof payload === 'string') leaves.push({ id, short: view.case.short, why: { kind: payload } })
    else if (payload !== undefined) does.push({ view, payload })
  }
  return { does, leaves }
}

const beginnings: ReadonlySet<Action> = new Set(['report', 'selfHandle'])

/** The step that brought it to where it is, if somebody decided that; else what it is. */
function whyNot(c: Case): Why {
  const entry = [...c.timeline].reverse().find(({ to, late }) => to === c.state && late === undefined)
  return entry === undefined || beginnings.has(entry.action) ? { kind: 'state', state: c.state } : { kind: 'decided', entry }
}

/** How many share each word, the most first. */
export function tally(words: readonly string[]): { readonly word: string; readonly n: number }[] {
  const counts = new Map<string, number>()
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1)
  return [...counts].map(([word, n]) => ({ word, n })).sort((a, b) => b.n - a.n)
}
