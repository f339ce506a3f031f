import { describe, expect, it } from 'vitest'
import type { Entry, State } from '@shared/types.gen'
import type { CaseView } from '../../state/contract'
import { comingPhotos, heapCounts, heapOf, isMeant, nextAt, queueOf } from './queue'

function view(id: string, state: State, arrivedAt: number, more: Partial<Entry>[] = []): CaseView {
  const by = { kind: 'person', id: 'p' } as const
  const timeline = [{ to: 'reported', received: arrivedAt } as Partial<Entry>, ...more] as Entry[]
  return {
    case: { id, short: id, revision: 1, state, source: 'collector', squad: '6', reporter: by, reportedAt: 0, arrivedAt, changedAt: arrivedAt, timeline },
    travel: { kind: 'arrived' },
    mine: false,
    unsent: 0,
    lost: false,
    unread: false,
  }
}

const ids = (views: readonly CaseView[]) => views.map((one) => one.case.id)

describe('the review queue', () => {
  it('holds what can be decided and nothing else', () => {
    const views = (['reported', 'returned', 'filed', 'rejected', 'selfHandled', 'closed', 'void'] as const).map((state, i) => view(state, state, i))
    expect(ids(queueOf(views))).toEqual(['reported', 'selfHandled'])
  })

  it('goes by arrival at the centre, so that a case filed long ago and offline still joins at the end', () => {
    const before = queueOf([view('b', 'reported', 20), view('a', 'reported', 10)])
    const late = { ...view('c', 'reported', 30), case: { ...view('c', 'reported', 30).case, reportedAt: -1000 } }
    expect(ids(before)).toEqual(['a', 'b'])
    expect(ids(queueOf([late, ...before]))).toEqual(['a', 'b', 'c'])
  })

  it('counts a resubmitted case from its resubmission', () => {
    const again = view('a', 'reported', 10, [{ to: 'returned', received: 40 }, { to: 'reported', received: 50 }])
    expect(ids(queueOf([again, view('b', 'reported', 20)]))).toEqual(['b', 'a'])
  })

  it('does not move a case for a comment or a photo', () => {
    const talked = view('a', 'reported', 10, [{ action: 'comment', received: 90 }])
    expect(ids(queueOf([view('b', 'reported', 20), talked]))).toEqual(['a', 'b'])
  })

  it('keeps one order for the same time', () => {
    expect(ids(queueOf([view('b', 'reported', 10), view('a', 'reported', 10)]))).toEqual(['a', 'b'])
  })

  it('finds a case by any of its words, in any order and case', () => {
    const words = ['7ZK0Q-12', '暴露垃圾', '建设路东侧', '采集员6-01']
    for (const typed of ['', '7zk', '垃圾', '建设路 7ZK', '6-01 垃圾']) expect(isMeant(words, typed), typed).toBe(true)
    expect(isMeant(words, '建设路 12号')).toBe(false)
  })

  it('has the photos ready of what comes next and of the one before, and of no more', () => {
    const photographed = (id: string, ...hashes: string[]) => {
      const one = view(id, 'reported', 1)
      return { ...one, case: { ...one.case, photos: hashes.map((hash) => ({ hash, here: hash === 'way' ? 'waiting' : 'here' })) } } as CaseView
    }
    const queue = [photographed('a', 'a1', 'a2'), photographed('b', 'b1', 'b2'), photographed('c', 'c1', 'c2'), photographed('d', 'way'), photographed('e', 'e1', 'e2'), photographed('f', 'f1')]
    expect(comingPhotos(queue, 1)).toEqual(['b1', 'b2', 'c1', 'c2', 'e1', 'a1'])
    expect(comingPhotos(queue, 5)).toEqual(['f1', 'e1'])
    expect(comingPhotos([], -1)).toEqual([])
  })

  it('shows the next at the same place, the last after the end, nothing when all is done', () => {
    const rest = [view('a', 'reported', 1), view('c', 'reported', 3)]
    expect(nextAt(rest, 1)).toBe('c')
    expect(nextAt(rest, 2)).toBe('c')
    expect(nextAt([], 0)).toBe('')
  })

  it('each case lies on one heap: judge, dispatch, finish or ask; what others have lies on none', () => {
    const at = (state: State, more: object = {}) => ({ ...view(state, state, 1), case: { ...view(state, state, 1).case, ...more } }) as CaseView
    const task = { kind: 'recheck', how: 'pick', since: 1, revision: 2 }
    const asks = [{ kind: 'extension', by: { kind: 'person', id: 'u' }, at: 5, reason: 'rain', revision: 3 }]
    expect([at('reported'), at('filed'), at('handled'), at('dispatched', { asks })].map(heapOf)).toEqual(['judge', 'dispatch', 'finish', 'ask'])
    expect([at('verifying'), at('returned'), at('dispatched'), at('handled', { task }), at('suspended'), at('closed'), at('merged')].map(heapOf)).toEqual(Array(7).fill(undefined))
    expect(heapOf(at('handled', { rechecked: 'recheckPass' }))).toBe('finish')
    expect(heapCounts([at('reported'), at('filed'), at('closed')])).toEqual({ judge: 1, dispatch: 1, finish: 0, ask: 0 })
    expect(ids(queueOf([at('filed'), at('reported')], 'dispatch'))).toEqual(['filed'])
  })
})
