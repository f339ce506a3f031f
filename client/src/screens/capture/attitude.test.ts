import { facingOf, headingOf, leanOf, turnTo } from './attitude'

const round = (value: number | null) => (value === null ? null : Math.round(value) + 0)

test.each([
  ['upright', 90, 0, 0],
  ['upright, leaning forward', 70, 0, 0],
  ['on its left side', 0, -90, 0],
  ['on its right side', 0, 90, 0],
  ['upside down', -90, 0, 0],
])('a phone held straight has no lean: %s', (_, beta, gamma, lean) => {
  expect(round(leanOf({ alpha: 123, beta, gamma }))).toBe(lean)
})

test('a phone that is turned in the hand leans the way it is turned', () => {
  // Held nearly upright, the top towards the right: the left edge rises.
  const right = leanOf({ alpha: 0, beta: 80, gamma: 40 })
  const left = leanOf({ alpha: 0, beta: 80, gamma: -40 })
  expect(right).toBeGreaterThan(3)
  expect(left).toBe(-right!)
})

test('a camera that looks at the ground or the sky has no horizon, a device without a sensor says nothing', () => {
  expect(leanOf({ alpha: 0, beta: 5, gamma: 5 })).toBeNull()
  expect(leanOf({ alpha: 0, beta: 175, gamma: 0 })).toBeNull()
  expect(leanOf({ alpha: null, beta: null, gamma: null })).toBeNull()
  expect(headingOf({ alpha: 10, beta: 0, gamma: 0 })).toBeNull()
  expect(headingOf({ alpha: null, beta: 90, gamma: 0 })).toBeNull()
})

test('the heading is where the back camera looks', () => {
  expect(headingOf({ alpha: 0, beta: 90, gamma: 0 })).toBe(0)
  expect(headingOf({ alpha: 270, beta: 90, gamma: 0 })).toBe(90) // alpha grows the other way round
  expect(headingOf({ alpha: 180, beta: 60, gamma: 0 })).toBe(180)
  expect(headingOf({ alpha: 0.2, beta: 90, gamma: 0 })).toBe(0)
})

test('the shorter way round', () => {
  expect(turnTo(350, 10)).toBe(20)
  expect(turnTo(10, 350)).toBe(-20)
  expect(turnTo(90, 90)).toBe(0)
})

it('a walker’s phone points where its upper edge does while it lies flat, and where it looks once it is held up', () => {
  expect(facingOf({ alpha: 90, beta: 0, gamma: 0 })).toBe(270)
  expect(facingOf({ alpha: 0, beta: 0, gamma: 0 })).toBe(0)
  expect(facingOf({ alpha: 90, beta: 60, gamma: 0 })).toBe(270)
  expect(facingOf({ alpha: null, beta: 0, gamma: 0 })).toBeNull()
})
