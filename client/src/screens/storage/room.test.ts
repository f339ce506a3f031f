import { photosLeft } from './room'

test.each([
  [0, 0], [3_999_999, 0], [4_000_000, 1], [199_000_000, 49], [1_000_000_000, 250], [10_737_418_240, 2600],
])('in %d bytes about %d photos fit', (bytes, photos) => {
  expect(photosLeft(bytes)).toBe(photos)
})
