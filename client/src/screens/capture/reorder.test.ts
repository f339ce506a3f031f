import { moved, placeAt } from './reorder'

test('an item goes where it is put, the others close up', () => {
  expect(moved(['a', 'b', 'c', 'd'], 0, 2)).toEqual(['b', 'c', 'a', 'd'])
  expect(moved(['a', 'b', 'c', 'd'], 3, 0)).toEqual(['d', 'a', 'b', 'c'])
  expect(moved(['a'], 0, 0)).toEqual(['a'])
})

test('the place under a finger', () => {
  expect([5, 15, 25, 99].map((x) => placeAt([10, 20, 30], x))).toEqual([0, 1, 2, 3])
  expect(placeAt([], 5)).toBe(0)
})
