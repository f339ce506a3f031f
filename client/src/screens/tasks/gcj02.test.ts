import { metres } from '@shared/marks'
import { gcj02 } from './gcj02'

// The three points that the free implementations are checked with: Shanghai, Shenzhen, Beijing.
test.each([
  [121.5272106, 31.1774276, 121.531541859215, 31.17530398364597],
  [113.912316, 22.543847, 113.9171764808363, 22.540796131694766],
  [116.377817, 39.911954, 116.38404722455657, 39.91334545536069],
])('WGS-84 %f, %f becomes GCJ-02 within half a metre', (longitude, latitude, east, north) => {
  const shifted = gcj02({ longitude, latitude })
  expect(metres(shifted.longitude, shifted.latitude, east, north)).toBeLessThan(0.5)
})

test('a place outside China stays where it is', () => {
  for (const place of [{ longitude: -104.9903, latitude: 39.7392 }, { longitude: 153.0251, latitude: -27.4698 }]) expect(gcj02(place)).toEqual(place)
})
