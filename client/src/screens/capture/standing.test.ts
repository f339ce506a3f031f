import type { Fix } from '@shared/types.gen'
import { ringOf, standingOf } from './standing'

const fix = (accuracy: number, at: number): Fix => ({ longitude: 113, latitude: 27, accuracy, at, source: 'device' })

test('L11: a fix older than 10 s or worse than 100 m is never good', () => {
  expect(standingOf(fix(12.4, 0), null, 10_000)).toEqual({ kind: 'good', metres: 12 })
  expect(standingOf(fix(12, 0), null, 10_001)).toEqual({ kind: 'old', metres: 12, ms: 10_001 })
  expect(standingOf(fix(100, 0), null, 0)).toEqual({ kind: 'good', metres: 100 })
  expect(standingOf(fix(101, 0), null, 0)).toEqual({ kind: 'coarse', metres: 101 })
  expect(standingOf(fix(500, 0), null, 60_000)).toMatchObject({ kind: 'old' })
})

test('without a fix it says why, or that it is looking; a refused permission counts before an earlier fix', () => {
  expect(standingOf(null, null, 0)).toEqual({ kind: 'looking' })
  expect(standingOf(null, 'timeout', 0)).toEqual({ kind: 'timeout' })
  expect(standingOf(fix(5, 0), 'denied', 0)).toEqual({ kind: 'denied' })
  expect(standingOf(fix(5, 0), 'timeout', 1_000)).toEqual({ kind: 'good', metres: 5 })
})

test('the ring shrinks as the place gets better', () => {
  const sizes = [2, 5, 8, 12, 30, 60, 100, 2_000].map(ringOf)
  expect(sizes[0]).toBe(6)
  expect(sizes.at(-1)).toBe(21)
  expect([...sizes].sort((a, b) => a - b)).toEqual(sizes)
})
