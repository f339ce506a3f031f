import { describe, expect, it } from 'vitest'
import type { State } from '@shared/types.gen'
import type { CaseView } from '../../state/contract'
import { listCases, type Wanted } from './order'

function view(id: string, state: State, reportedAt: number, mine = true): CaseView {
  const by = { kind: 'person', id: 'p' } as const
  return {
    case: { id, short: id, revision: 1, state, source: 'collector', squad: '6', reporter: by, reportedAt, arrivedAt: 0, changedAt: 0, timeline: [] },
    travel: { kind: 'arrived' },
    mine,
    unsent: 0,
    lost: false,
    unread: false,
  }
}

const views = [view('old', 'filed', 1), view('new', 'reported', 3), view('back', 'returned', 2), view('theirs', 'returned', 9, false)]
const all: Wanted = { whose: 'squad', state: '', query: '' }
const texts: Readonly<Record<string, string>> = { old: '7zk0q-1 暴露垃圾 清霞路', new: '7zk0q-2 道路不洁 铜霞路', back: '7zk0q-3 暴露垃圾 铜霞路', theirs: '' }
const list = (wanted: Partial<Wanted>) => listCases(views, { ...all, ...wanted }, ({ case: c }) => texts[c.id] ?? '').map((one) => one.case.id)

describe('the list of cases', () => {
  it('puts what came back to this person first, then the newest', () => {
    expect(list({})).toEqual(['back', 'theirs', 'new', 'old'])
  })

  it('holds one\'s own alone when asked to', () => {
    expect(list({ whose: 'mine' })).toEqual(['back', 'new', 'old'])
  })

  it('narrows by state and by every word of the query, whatever the case', () => {
    expect(list({ state: 'filed' })).toEqual(['old'])
    expect(list({ query: '暴露 铜霞' })).toEqual(['back'])
    expect(list({ query: ' 7ZK0Q-2 ' })).toEqual(['new'])
    expect(list({ query: '井盖' })).toEqual([])
  })
})
