import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { everyMs, makePace, soonMs } from './pace'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

/** Questions that are answered when the test says so. */
function centre() {
  const open: (() => void)[] = []
  let asked = 0
  return {
    ask: () => new Promise<void>((resolve) => {
      asked += 1
      open.push(resolve)
    }),
    answer: async () => {
      open.shift()?.()
      await vi.advanceTimersByTimeAsync(0)
    },
    asked: () => asked,
  }
}

it('asks every ten seconds while somebody looks, and not while nobody does', async () => {
  const { ask, answer, asked } = centre()
  let watched = true
  const pace = makePace(ask, () => watched)
  void pace.now()
  await answer()
  await vi.advanceTimersByTimeAsync(everyMs)
  expect(asked()).toBe(2)
  watched = false
  await answer()
  await vi.advanceTimersByTimeAsync(10 * everyMs)
  expect(asked()).toBe(2)
})

it('many changes are one question, and a stream of them does not put it off', async () => {
  const { ask, answer, asked } = centre()
  const pace = makePace(ask, () => true)
  void pace.now()
  await answer()
  for (let passed = 0; passed < soonMs; passed += 100) {
    pace.soon()
    await vi.advanceTimersByTimeAsync(100)
  }
  expect(asked()).toBe(2)
})

it('what changed while the answer was on its way is asked for behind it', async () => {
  const { ask, answer, asked } = centre()
  const pace = makePace(ask, () => true)
  void pace.now()
  pace.soon()
  await vi.advanceTimersByTimeAsync(3 * soonMs)
  expect(asked()).toBe(1)
  await answer()
  await vi.advanceTimersByTimeAsync(soonMs)
  expect(asked()).toBe(2)
})

it('nothing is asked once it was left', async () => {
  const { ask, answer, asked } = centre()
  const pace = makePace(ask, () => true)
  void pace.now()
  pace.stop()
  await answer()
  pace.soon()
  await vi.advanceTimersByTimeAsync(3 * everyMs)
  expect(asked()).toBe(1)
})
