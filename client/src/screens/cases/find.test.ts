import { describe, expect, it } from 'vitest'
import type { Action, State } from '@shared/types.gen'
import type { CaseView, Travel } from '../../state/contract'
import { countsOf, findCases, linkTo, wantedOf, type Wanted, type Ways } from './find'

const hour = 3_600_000
const today = Date.UTC(2026, 10, 25, 16)
const by = { kind: 'person', id: 'p' } as const

interface Row {
  state: State
  at: number
  mine?: boolean
  category?: string
  action?: Action
  travel?: Travel
  unsent?: number
}

function view(id: string, { state, at, mine = true, category = 'a|matter|1', action = 'report', travel = { kind: 'arrived' }, unsent = 0 }: Row): CaseView {
  const entry = { revision: 1, replica: 'r', counter: 1, action, by, role: 'collector' as const, at, received: at, payload: {} }
  return {
    case: { id, short: id, revision: 1, state, source: 'collector', squad: '6', reporter: by, category, reportedAt: at, arrivedAt: 0, changedAt: 0, timeline: [entry] },
    travel, mine, unsent, lost: false, unread: false,
  }
}

const views = [
  view('old', { state: 'filed', at: today - 40 * 24 * hour }),
  view('week', { state: 'filed', at: today - 3 * 24 * hour, category: 'a|matter|2' }),
  view('late', { state: 'closed', at: today - hour, travel: { kind: 'late', fault: 'case.stateChanged' } }),
  view('new', { state: 'reported', at: today + 3 * hour, travel: { kind: 'onPhone' }, unsent: 1 }),
  view('back', { state: 'returned', at: today - 2 * hour }),
  view('theirs', { state: 'returned', at: today + 9 * hour, mine: false }),
  view('swept', { state: 'selfHandled', at: today + hour, action: 'selfHandle', travel: { kind: 'lost', photos: 1 } }),
]
const texts: Readonly<Record<string, string>> = { old: '7zk0q-1 暴露垃圾 清霞路', week: '7zk0q-2 道路不洁 铜霞路', back: '7zk0q-3 暴露垃圾 铜霞路' }
const ways: Ways = { today, now: today + 10 * hour, textOf: ({ case: c }) => texts[c.id] ?? '', keysOf: (word) => new Set(word === 'dlbj' ? ['a|matter|2'] : []) }
const all: Wanted = { whose: 'squad', query: '', state: '', span: '', category: '', deed: '', journey: '', limit: '', source: '', unit: '', done: '', who: '', within: '' }
const find = (wanted: Partial<Wanted>) => findCases(views, { ...all, ...wanted }, ways).map((one) => one.case.id)

describe('the list of cases', () => {
  it('puts what came back to this person first, then the newest', () => {
    expect(find({})).toEqual(['back', 'theirs', 'new', 'swept', 'late', 'week', 'old'])
  })

  it("holds one's own alone when asked to", () => {
    expect(find({ whose: 'mine' })).toEqual(['back', 'new', 'swept', 'late', 'week', 'old'])
  })

  it('is searched for every word, whatever its letters, and for categories by their initials', () => {
    expect(find({ query: '暴露 铜霞' })).toEqual(['back'])
    expect(find({ query: ' 7ZK0Q-2 ' })).toEqual(['week'])
    expect(find({ query: 'DLBJ' })).toEqual(['week'])
    expect(find({ query: 'dlbj 铜霞' })).toEqual(['week'])
    expect(find({ query: 'dlbj 清霞' })).toEqual([])
    expect(find({ query: '井盖' })).toEqual([])
  })

  it('is narrowed by its time limit, its unit and where it came from, each with its count', () => {
    const limited = (id: string, more: Partial<CaseView['case']>): CaseView => {
      const one = view(id, { state: 'dispatched', at: today })
      return { ...one, case: { ...one.case, unit: 'env', ...more } }
    }
    const running = (due: number) => ({ clocks: [{ phase: 'handle' as const, pace: 'urgent' as const, limit: hour, since: today, due, data: '1' }] })
    const some = [
      limited('over', running(ways.now - 1)), limited('soon', running(ways.now + hour)), limited('time', running(ways.now + 9 * hour)),
      limited('road', { unit: 'road', source: 'hotline' }),
    ]
    const ids = (wanted: Partial<Wanted>) => findCases(some, { ...all, ...wanted }, ways).map((one) => one.case.id).sort()
    expect([ids({ limit: 'over' }), ids({ limit: 'soon' }), ids({ unit: 'env' }), ids({ source: 'hotline' })]).toEqual([['over'], ['soon'], ['over', 'soon', 'time'], ['road']])
    expect([...countsOf(some, { ...all, limit: 'over' }, ways, 'limit')].sort()).toEqual([['over', 1], ['soon', 1]])
    expect([...countsOf(some, all, ways, 'unit')].sort()).toEqual([['env', 3], ['road', 1]])
    expect([...countsOf(some, all, ways, 'source')].sort()).toEqual([['collector', 3], ['hotline', 1]])
    expect(wantedOf(linkTo({ ...all, limit: 'soon', unit: 'env', source: 'camera' }), 'squad')).toEqual({ ...all, limit: 'soon', unit: 'env', source: 'camera' })
  })

  it('is narrowed by state, category, how it began and how far it travelled', () => {
    expect(find({ state: 'filed' })).toEqual(['week', 'old'])
    expect(find({ category: 'a|matter|2' })).toEqual(['week'])
    expect(find({ deed: 'selfHandle' })).toEqual(['swept'])
    expect(find({ deed: 'report', state: 'reported' })).toEqual(['new'])
    expect(find({ journey: 'onTheWay' })).toEqual(['new', 'swept'])
    expect(find({ journey: 'arrived', whose: 'mine' })).toEqual(['back', 'late', 'week', 'old'])
  })

  it('is narrowed by days of the calendar', () => {
    expect(find({ span: 'today' })).toEqual(['theirs', 'new', 'swept'])
    expect(find({ span: 'yesterday' })).toEqual(['back', 'late'])
    expect(find({ span: 'week' })).toEqual(['back', 'theirs', 'new', 'swept', 'late', 'week'])
    expect(find({ span: 'month' })).toHaveLength(6)
  })

  it('is narrowed, by a link, to whose cases they are and to what was done to them today', () => {
    const deed = (action: Action, at: number, late?: string) => ({ revision: 2, replica: 'r', counter: 2, action, by, role: 'leader' as const, at, received: at, payload: {}, ...(late !== undefined && { late }) })
    const judged = (id: string, who: string, squad: string, ...entries: ReturnType<typeof deed>[]): CaseView => {
      const one = view(id, { state: 'filed', at: today - hour })
      return { ...one, case: { ...one.case, squad, reporter: { kind: 'person', id: who }, timeline: [...one.case.timeline, ...entries] } }
    }
    const list = [
      judged('now', 'a', '6', deed('file', today + hour)), judged('then', 'a', '6', deed('file', today - 1)), judged('late', 'a', '6', deed('file', today + hour, 'case.stateChanged')),
      judged('back', 'b', '6', deed('return', today)), judged('far', 'b', '7', deed('return', today)),
    ]
    const among = (wanted: Partial<Wanted>) => findCases(list, { ...all, ...wanted }, ways).map((one) => one.case.id).sort()
    expect(among({ done: 'file' })).toEqual(['now'])
    expect(among({ done: 'return' })).toEqual(['back', 'far'])
    expect(among({ done: 'return', within: '6' })).toEqual(['back'])
    expect(among({ who: 'a' })).toEqual(['late', 'now', 'then'])
    expect(wantedOf(linkTo({ ...all, done: 'return', who: 'b', within: '7' }), 'squad')).toEqual({ ...all, done: 'return', who: 'b', within: '7' })
  })

  it('counts each choice as the list would be with it', () => {
    for (const filter of ['state', 'span', 'category', 'deed', 'journey'] as const) {
      for (const [value, count] of countsOf(views, { ...all, whose: 'mine' }, ways, filter)) expect([filter, value, find({ whose: 'mine', [filter]: value }).length]).toEqual([filter, value, count])
    }
    expect(countsOf(views, { ...all, state: 'filed' }, ways, 'state').get('returned')).toBe(2)
    expect(countsOf(views, { ...all, state: 'filed' }, ways, 'span')).toEqual(new Map([['week', 1], ['month', 1]]))
  })
})

describe('the address of a list', () => {
  it('says what is looked for, and only that', () => {
    expect(linkTo({ ...all, whose: 'mine', span: 'today', deed: 'report' })).toEqual({ whose: 'mine', span: 'today', deed: 'report' })
    expect(wantedOf(linkTo({ ...all, query: '铜霞路', state: 'filed', category: 'a|matter|1' }), 'mine')).toEqual({ ...all, query: '铜霞路', state: 'filed', category: 'a|matter|1' })
  })

  it('is not believed where it says what there is not', () => {
    expect(wantedOf({ whose: 'everybody', state: 'gone', span: ['today'], q: 7 }, 'mine')).toEqual({ ...all, whose: 'mine' })
  })
})
