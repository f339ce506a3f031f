// Which cases a list shows, and in what order. Pure: the screens pass what they have.
import type { State } from '@shared/types.gen'
import type { CaseView } from '../../state/contract'

export interface Wanted {
  readonly whose: 'mine' | 'squad'
  readonly state: State | ''
  readonly query: string
}

/** What the search box looks through, as one lower-case text. */
export type TextOf = (view: CaseView) => string

/** The wanted cases: what was returned to this person first, then the newest. */
export function listCases(views: readonly CaseView[], wanted: Wanted, textOf: TextOf): CaseView[] {
  const words = wanted.query.trim().toLowerCase().split(/\s+/).filter((word) => word !== '')
  return views
    .filter((view) => wanted.whose === 'squad' || view.mine)
    .filter((view) => wanted.state === '' || view.case.state === wanted.state)
    .filter((view) => words.length === 0 || words.every((word) => textOf(view).includes(word)))
    .sort((a, b) => Number(isReturned(b)) - Number(isReturned(a)) || b.case.reportedAt - a.case.reportedAt || (a.case.id < b.case.id ? 1 : -1))
}

/** Came back to the person who reported it. */
export function isReturned(view: CaseView): boolean {
  return view.mine && view.case.state === 'returned'
}
