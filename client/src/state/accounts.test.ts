import { due } from './accounts'

test('R51: the phone compares once a day, and at the first contact of a day', () => {
  const noon = new Date(2026, 10, 26, 12).getTime()
  expect(due(null, noon)).toBe(true)
  expect(due(noon, noon + 3_600_000)).toBe(false)
  expect(due(noon, noon + 12 * 3_600_000)).toBe(true)
  expect(due(noon - 86_400_000, noon)).toBe(true)
})
