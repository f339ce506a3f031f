import { expect, it } from 'vitest'
import type { Case, Entry } from '@shared/types.gen'
import { lastReason, marksOf, hereOf } from './describe'

const by = { kind: 'person', id: 'p' } as const
const empty: Case = { id: 'c', short: 'c', revision: 1, state: 'reported', source: 'collector', squad: '6', reporter: by, reportedAt: 0, arrivedAt: 0, changedAt: 0, timeline: [] }
const entry = (more: Partial<Entry>): Entry => ({ revision: 1, replica: 'r', counter: 1, action: 'report', by, role: 'collector', at: 0, received: 0, payload: {}, ...more })

it('the last reason counts, and not one that came too late', () => {
  const timeline = [entry({ payload: { reason: '一' } }), entry({ payload: { reason: '二' } }), entry({ payload: { reason: '三' }, late: 'case.stateChanged' })]
  expect(lastReason({ ...empty, timeline })).toBe('二')
  expect(lastReason(empty)).toBe('')
})

it('L11: each mark is told once', () => {
  const timeline = [entry({ marks: ['placeOld', 'photoGallery'] }), entry({}), entry({ marks: ['placeOld'] })]
  expect(marksOf({ ...empty, timeline })).toEqual(['placeOld', 'photoGallery'])
})

it('counts photos that are there whole apart from those that are lost or damaged', () => {
  const photo = { hash: 'h', size: 1, type: 'image/jpeg', origin: 'camera', part: 'scene', takenAt: 0, by, revision: 1 } as const
  expect(hereOf([{ ...photo, here: 'here' }, { ...photo, here: 'waiting' }, { ...photo, here: 'damaged' }, { ...photo, here: 'lost' }])).toEqual({ here: 1, lost: 1, damaged: 1, all: 4 })
})
