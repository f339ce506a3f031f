import { beforeAll, describe, expect, it } from 'vitest'
import { states, type Case } from '@shared/types.gen'
import type { CaseView, Travel } from '../../state/contract'
import { loadPart } from '../../words/words'
import { lookOf, travelLook, travelWords } from './looks'

const by = { kind: 'person', id: 'p' } as const
const empty: Case = { id: 'c', short: 'c', revision: 1, state: 'reported', source: 'collector', squad: '6', reporter: by, reportedAt: 0, arrivedAt: 0, changedAt: 0, timeline: [] }
const say = (travel: Travel, state: Case['state'] = 'reported') => travelWords({ case: { ...empty, state }, travel } as CaseView)

beforeAll(() => loadPart('field'))

describe('states', () => {
  it('have a shape and a tone each, and no two of the same pair that both are open', () => {
    const open = states.filter((state) => !['rejected', 'void', 'merged'].includes(state)).map((state) => `${lookOf(state).icon} ${lookOf(state).tone}`)
    expect(new Set(open).size).toBe(open.length)
  })
})

describe('travel in words', () => {
  it('says where the record and its photos are', () => {
    expect(say({ kind: 'onPhone' })).toBe('已存在手机里，有信号会自动传')
    expect(say({ kind: 'going', sent: 2, photos: 3 })).toBe('正在传（2/3 张照片）')
    expect(say({ kind: 'going', sent: 0, photos: 0 })).toBe('正在传')
    expect(say({ kind: 'photosOnTheWay', left: 1 })).toBe('案卷已到中心，还有 1 张照片在路上')
    expect(say({ kind: 'photosOnTheWay', left: 1, voices: 1 })).toBe('案卷已到中心，还有 1 段录音在路上')
    expect(say({ kind: 'going', sent: 1, photos: 3, voices: 1 })).toBe('正在传（1/3 份照片和录音）')
    expect(say({ kind: 'arrived' })).toBe('已到中心')
  })

  it('L13: never calls sent what the centre lost or cannot open', () => {
    expect(say({ kind: 'lost', photos: 2 })).toBe('案卷在中心，中心丢了 2 张照片')
    expect(say({ kind: 'damaged', photos: 1 })).toBe('案卷在中心，有 1 张照片打不开')
    expect([travelLook({ kind: 'lost', photos: 1 }).tone, travelLook({ kind: 'damaged', photos: 1 }).tone]).toEqual(['red', 'red'])
  })

  it('L6: tells what became of evidence that came late', () => {
    expect(say({ kind: 'late', fault: 'case.stateChanged' }, 'closed')).toBe('中心已先结案，你的照片已记入案卷')
    expect(say({ kind: 'late', fault: 'case.stateChanged' }, 'filed')).toBe('别人已先办了这个案卷。你的照片和文字已记入案卷')
  })

  it('L12: names the reason of a refusal', () => {
    expect(say({ kind: 'refused', fault: 'category.unknown', operation: 'r/1' })).toBe('需要你看一下：中心没有这个类别')
  })
})
