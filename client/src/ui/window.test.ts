import { describe, expect, it } from 'vitest'
import fc from 'fast-check'
import { placesOf, windowOf } from './window'

const keys = (n: number) => Array.from({ length: n }, (_, i) => String(i))

describe('a long list', () => {
  it('begins each row where the one before ends, measured or guessed', () => {
    expect([...placesOf(keys(3), new Map([['1', 50]]), 100)]).toEqual([0, 100, 150, 250])
    expect([...placesOf([], new Map(), 100)]).toEqual([0])
  })

  it('shows the rows in sight, and those around them', () => {
    const places = placesOf(keys(100), new Map(), 100)
    expect(windowOf(places, 0, 800, 0)).toEqual({ from: 0, to: 9 })
    expect(windowOf(places, 1050, 1850, 0)).toEqual({ from: 10, to: 19 })
    expect(windowOf(places, 1050, 1850, 200)).toEqual({ from: 8, to: 21 })
    expect(windowOf(places, -500, 300, 0)).toEqual({ from: 0, to: 4 })
    expect(windowOf(places, 9_500, 10_300, 0)).toEqual({ from: 95, to: 100 })
    expect(windowOf(placesOf([], new Map(), 100), 0, 800, 300)).toEqual({ from: 0, to: 0 })
  })

  it('holds every row that is in sight, wherever one scrolled and however high the rows are', () => {
    const heights = fc.array(fc.integer({ min: 1, max: 400 }), { maxLength: 200 })
    fc.assert(fc.property(heights, fc.integer({ min: -500, max: 50_000 }), fc.integer({ min: 1, max: 1200 }), fc.integer({ min: 0, max: 600 }), (high, top, view, spare) => {
      const names = keys(high.length)
      const places = placesOf(names, new Map(names.map((key, i) => [key, high[i]!])), 100)
      const { from, to } = windowOf(places, top, top + view, spare)
      const seen = names.map(Number).filter((i) => places[i]! < top + view && places[i + 1]! > top)
      expect(from <= to && seen.every((i) => from <= i && i < to)).toBe(true)
      expect((places[to] ?? 0) - (places[from] ?? 0)).toBeLessThanOrEqual(view + 2 * spare + 2 * 400)
    }))
  })
})
