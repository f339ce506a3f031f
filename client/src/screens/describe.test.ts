import { describe, expect, it } from 'vitest'
import { states, type Case, type Entry } from '@shared/types.gen'
import type { CaseView, Travel } from '../state/contract'
import { lastReason, lookOf, marksOf, photosHere, travelWords } from './describe'

const by = { kind: 'person', id: 'p' } as const
const empty: Case = { id: 'c', short: 'c', revision: 1, state: 'reported', source: 'collector', squad: '6', reporter: by, reportedAt: 0, arrivedAt: 0, changedAt: 0, timeline: [] }
const entry = (more: Partial<Entry>): Entry => ({ revision: 1, replica: 'r', counter: 1, action: 'report', by, role: 'collector', at: 0, received: 0, payload: {}, ...more })
const say = (travel: Travel, state: Case['state'] = 'reported') => travelWords({ case: { ...empty, state }, travel } as CaseView)

describe('states', () => {
  it('have a shape and a tone each, and no two of the same pair that both are open', () => {
    const open = states.filter((state) => !['rejected', 'void'].includes(state)).map((state) => `${lookOf(state).icon} ${lookOf(state).tone}`)
    expect(new Set(open).size).toBe(open.length)
  })
})

describe('travel in words', () => {
  it('says where the record and its photos are', () => {
    expect(say({ kind: 'onPhone' })).toBe('已存在手机里，有信号会自动传')
    expect(say({ kind: 'going', sent: 2, photos: 3 })).toBe('正在传（2/3 张照片）')
    expect(say({ kind: 'going', sent: 0, photos: 0 })).toBe('正在传')
    expect(say({ kind: 'photosOnTheWay', left: 1 })).toBe('案卷已到中心，还有 1 张照片在路上')
    expect(say({ kind: 'arrived' })).toBe('已到中心')
  })

  it('L6: tells what became of evidence that came late', () => {
    expect(say({ kind: 'late', fault: 'case.stateChanged' }, 'closed')).toBe('中心已先结案，你的照片已记入案卷')
    expect(say({ kind: 'late', fault: 'case.stateChanged' }, 'filed')).toBe('别人已先办了这个案卷。你的照片和文字已记入案卷')
  })

  it('L12: names the reason of a refusal', () => {
    expect(say({ kind: 'refused', fault: 'category.unknown', operation: 'r/1' })).toBe('需要你看一下：中心没有这个类别')
  })
})

it('the last reason counts, and not one that came too late', () => {
  const timeline = [entry({ payload: { reason: '一' } }), entry({ payload: { reason: '二' } }), entry({ payload: { reason: '三' }, late: 'case.stateChanged' })]
  expect(lastReason({ ...empty, timeline })).toBe('二')
  expect(lastReason(empty)).toBe('')
})

it('L11: each mark is told once', () => {
  const timeline = [entry({ marks: ['placeOld', 'photoGallery'] }), entry({}), entry({ marks: ['placeOld'] })]
  expect(marksOf({ ...empty, timeline })).toEqual(['placeOld', 'photoGallery'])
})

it('counts photos that have arrived whole', () => {
  const photo = { hash: 'h', size: 1, type: 'image/jpeg', origin: 'camera', part: 'scene', takenAt: 0, by, revision: 1 } as const
  expect(photosHere({ ...empty, photos: [{ ...photo, here: 'here' }, { ...photo, here: 'waiting' }, { ...photo, here: 'damaged' }] })).toEqual({ here: 1, all: 3 })
})
