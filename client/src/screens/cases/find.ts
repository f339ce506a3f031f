// Which cases a list shows: search, filters and order, over what the phone holds. Pure: screens pass what they have.
import { sources, states, type Source, type State } from '@shared/types.gen'
import type { CaseView } from '../../state/contract'
import { atCentre, clockNow, isOver } from '../clock'
import { isReturned } from './order'

export const spans = ['today', 'yesterday', 'week', 'month'] as const
export type Span = (typeof spans)[number]
export const deeds = ['report', 'selfHandle'] as const
/** What was done to it today. */
export const dones = ['file', 'return'] as const
/** How its time limit stands: over it, or less than two hours left. */
export const limits = ['over', 'soon'] as const
export const journeys = ['onTheWay', 'arrived'] as const

/** What is looked for; '' stands for everything. */
export interface Wanted {
  readonly whose: 'mine' | 'squad'
  readonly query: string
  readonly state: State | ''
  /** When it was reported. */
  readonly span: Span | ''
  readonly category: string
  /** How it began. */
  readonly deed: (typeof deeds)[number] | ''
  /** Whether anything of it has still to reach the centre whole. */
  readonly journey: (typeof journeys)[number] | ''
  readonly done: (typeof dones)[number] | ''
  readonly limit: (typeof limits)[number] | ''
  readonly source: Source | ''
  /** Code of the unit that it is dispatched to. */
  readonly unit: string
  /** Id of who reported it. */
  readonly who: string
  /** Code of the squad that answers for it. */
  readonly within: string
}

/** The filters that a person chooses; the others come with a link alone. Search and whose cases they are stand apart. */
export const chosen = ['state', 'limit', 'span', 'category', 'unit', 'source', 'deed', 'journey'] as const
export const filters = [...chosen, 'done', 'who', 'within'] as const
export type Filter = (typeof filters)[number]

export interface Ways {
  /** Midnight of today, ms since 1970. */
  readonly today: number
  /** ms since 1970 by the phone's clock. */
  readonly now: number
  /** What search looks through, as one lower-case text. */
  textOf(view: CaseView): string
  /** Keys of the categories that a word means by pinyin, initials or code. */
  keysOf(word: string): ReadonlySet<string>
}

const day = 24 * 3_600_000

/** Reads what a link asks for. A number somewhere opens what it counts by such a link. */
export function wantedOf(query: Readonly<Record<string, unknown>>, whose: Wanted['whose']): Wanted {
  const text = (name: string) => (typeof query[name] === 'string' ? query[name] : '')
  const one = <T extends string>(name: string, all: readonly T[]) => all.find((value) => value === text(name)) ?? ''
  return {
    whose: one('whose', ['mine', 'squad'] as const) || whose,
    query: text('q'),
    state: one('state', states),
    span: one('span', spans),
    category: text('category'),
    deed: one('deed', deeds),
    journey: one('journey', journeys),
    limit: one('limit', limits),
    source: one('source', sources),
    unit: text('unit'),
    done: one('done', dones),
    who: text('who'),
    within: text('within'),
  }
}

/** The link to what is looked for. */
export function linkTo({ query, ...wanted }: Wanted): Record<string, string> {
  return Object.fromEntries(Object.entries({ q: query, ...wanted }).filter(([, value]) => value !== ''))
}

/** The wanted cases: what came back to this person first, then the newest. */
export function findCases(views: readonly CaseView[], wanted: Wanted, ways: Ways): CaseView[] {
  const words = wanted.query.trim().toLowerCase().split(/\s+/).filter((word) => word !== '')
  const meant = words.map((word) => ways.keysOf(word))
  const said = (view: CaseView) => {
    const text = ways.textOf(view)
    return words.every((word, i) => text.includes(word) || (meant[i]?.has(view.case.category ?? '') ?? false))
  }
  const found = views.filter((view) => fits(view, wanted, ways) && (words.length === 0 || said(view)))
  return found.sort((a, b) => Number(isReturned(b)) - Number(isReturned(a)) || b.case.reportedAt - a.case.reportedAt || (a.case.id < b.case.id ? 1 : -1))
}

function fits(view: CaseView, { whose, state, span, category, deed, journey, limit, source, unit, done, who, within }: Wanted, { today, now }: Ways): boolean {
  const c = view.case
  return (
    (whose === 'squad' || view.mine) &&
    (state === '' || c.state === state) &&
    (span === '' || isWithin(c.reportedAt, span, today)) &&
    (category === '' || c.category === category) &&
    (deed === '' || (c.timeline[0]?.action === 'selfHandle') === (deed === 'selfHandle')) &&
    (journey === '' || isOnTheWay(view) === (journey === 'onTheWay')) &&
    (limit === '' || limitOf(view, now) === limit) &&
    (source === '' || c.source === source) &&
    (unit === '' || c.unit === unit) &&
    (who === '' || c.reporter.id === who) &&
    (within === '' || c.squad === within) &&
    (done === '' || c.timeline.some((entry) => entry.action === done && entry.late === undefined && isWithin(entry.at, 'today', today)))
  )
}

function isWithin(at: number, span: Span, today: number): boolean {
  switch (span) {
    case 'today':
      return at >= today
    case 'yesterday':
      return at >= today - day && at < today
    case 'week':
      return at >= today - 6 * day
    case 'month':
      return at >= today - 29 * day
  }
}

const soonMs = 2 * 3_600_000

function limitOf({ case: c }: CaseView, now: number): Wanted['limit'] {
  const clock = clockNow(c)
  if (clock === undefined) return ''
  if (isOver(clock, now)) return 'over'
  return clock.due !== undefined && clock.due - atCentre(now) < soonMs ? 'soon' : ''
}

/** Something of it is not at the centre whole: it waits, goes, needs a person, or was lost. */
function isOnTheWay({ unsent, travel }: CaseView): boolean {
  return unsent > 0 || (travel.kind !== 'arrived' && travel.kind !== 'late')
}

/** How many of the cases there are of each value of a filter, when the other filters stay as they are. */
export function countsOf(views: readonly CaseView[], wanted: Wanted, ways: Ways, filter: (typeof chosen)[number]): Map<string, number> {
  const counts = new Map<string, number>()
  const add = (value: string) => counts.set(value, (counts.get(value) ?? 0) + 1)
  for (const view of findCases(views, { ...wanted, [filter]: '' }, ways)) {
    if (filter === 'state') add(view.case.state)
    if (filter === 'category' && view.case.category) add(view.case.category)
    if (filter === 'deed') add(view.case.timeline[0]?.action === 'selfHandle' ? 'selfHandle' : 'report')
    if (filter === 'journey') add(isOnTheWay(view) ? 'onTheWay' : 'arrived')
    if (filter === 'source') add(view.case.source)
    if (filter === 'unit' && view.case.unit) add(view.case.unit)
    if (filter === 'limit') {
      const limit = limitOf(view, ways.now)
      if (limit !== '') add(limit)
    }
    if (filter === 'span') for (const span of spans) if (isWithin(view.case.reportedAt, span, ways.today)) add(span)
  }
  return counts
}
