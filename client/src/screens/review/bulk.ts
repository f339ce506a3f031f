// What a decision on many cases would do, case by case, before it is done. Pure.
import type { Action, Case, Entry, Payload, State } from '@shared/types.gen'
import type { CaseView } from '../../state/contract'

/** What may be decided for many at once. */
export type Bulk = 'file' | 'return' | 'reject' | 'dispatch'

/** Why one is left out: who decided it meanwhile, what it is, that nothing tells its unit, that it is not here any more. */
export type Why =
  | { readonly kind: 'decided'; readonly entry: Entry }
  | { readonly kind: 'state'; readonly state: State }
  | { readonly kind: 'noUnit' }
  | { readonly kind: 'gone' }

export interface Plan {
  readonly does: readonly { readonly view: CaseView; readonly payload: Payload }[]
  readonly leaves: readonly { readonly id: string; readonly short: string; readonly why: Why }[]
}

/**
 * @param may whether the workflow lets this person do it to a case now
 * @param payloadOf what is put in for a case; undefined where nothing tells
 */
export function planOf(ids: readonly string[], find: (id: string) => CaseView | undefined, may: (view: CaseView) => boolean, payloadOf: (view: CaseView) => Payload | undefined): Plan {
  const does: Plan['does'][number][] = []
  const leaves: Plan['leaves'][number][] = []
  for (const id of ids) {
    const view = find(id)
    const payload = view && payloadOf(view)
    if (view === undefined) leaves.push({ id, short: '', why: { kind: 'gone' } })
    else if (!may(view)) leaves.push({ id, short: view.case.short, why: whyNot(view.case) })
    else if (payload === undefined) leaves.push({ id, short: view.case.short, why: { kind: 'noUnit' } })
    else does.push({ view, payload })
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
