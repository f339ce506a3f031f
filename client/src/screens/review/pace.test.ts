import { describe, expect, it } from 'vitest'
import { paceOf } from './pace'

const seconds = (...at: number[]) => at.map((one) => one * 1000)

describe('the pace of a sitting', () => {
  it('is told after a few decisions', () => {
    expect(paceOf([])).toBeNull()
    expect(paceOf(seconds(0, 10, 20))).toBeNull()
    expect(paceOf(seconds(0, 10, 20, 36))).toBe(12_000)
  })

  it('leaves out pauses and clocks that were set back', () => {
    expect(paceOf(seconds(0, 10, 20, 30, 3000, 3010))).toBe(10_000)
    expect(paceOf(seconds(0, 10, 20, 30, -500, -490))).toBe(10_000)
  })
})
