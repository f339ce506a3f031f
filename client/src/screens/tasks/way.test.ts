import { amapLink, bearing, geoLink, pointOf } from './way'

const street = { longitude: 113.0835, latitude: 27.8712 }

test.each([[0, 0.001, 0, 'north'], [0.001, 0, 90, 'east'], [0, -0.001, 180, 'south'], [-0.001, 0, 270, 'west'], [0.001, 0.001 * Math.cos((27.8712 * Math.PI) / 180), 45, 'northEast']])(
  'the way to %f, %f further on leads to %f degrees', (east, north, degrees, point) => {
    const direction = bearing(street, { longitude: street.longitude + east, latitude: street.latitude + north })
    expect(Math.abs(((direction - degrees + 540) % 360) - 180)).toBeLessThan(0.1)
    expect(pointOf(direction)).toBe(point)
  },
)

test('Amap is given its own coordinates, the phone WGS-84', () => {
  expect(amapLink({ longitude: 121.5272106, latitude: 31.1774276 }, '井盖, 破损')).toBe(
    `https://uri.amap.com/navigation?to=121.531542,31.175304,${encodeURIComponent('井盖  破损')}&mode=walk&src=buxun&coordinate=gaode&callnative=1`,
  )
  expect(geoLink(street)).toBe('geo:27.871200,113.083500?q=27.871200,113.083500')
})
