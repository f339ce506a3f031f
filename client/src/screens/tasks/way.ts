// The way to a case: how far, in which direction, and the links that open a map there.
import type { Spot } from '../../state/near'
import { gcj02 } from './gcj02'

const degree = Math.PI / 180

/** The direction from one place to another, degrees clockwise from north. */
export function bearing(from: Spot, to: Spot): number {
  const apart = (to.longitude - from.longitude) * degree
  const [a, b] = [from.latitude * degree, to.latitude * degree]
  const east = Math.sin(apart) * Math.cos(b)
  const north = Math.cos(a) * Math.sin(b) - Math.sin(a) * Math.cos(b) * Math.cos(apart)
  return (Math.atan2(east, north) / degree + 360) % 360
}

export const points = ['north', 'northEast', 'east', 'southEast', 'south', 'southWest', 'west', 'northWest'] as const

/** The nearest of the eight points of the compass. */
export function pointOf(direction: number): (typeof points)[number] {
  return points[Math.round(direction / 45) % 8] ?? 'north'
}

/** Amap: its own app where it is installed, else its page; in the coordinates that its maps are drawn in. */
export function amapLink(spot: Spot, name: string): string {
  const { longitude, latitude } = gcj02(spot)
  const to = `${longitude.toFixed(6)},${latitude.toFixed(6)},${encodeURIComponent(name.replaceAll(',', ' '))}`
  return `https://uri.amap.com/navigation?to=${to}&mode=walk&src=buxun&coordinate=gaode&callnative=1`
}

/** Whatever map the phone opens: places that it is given are WGS-84. */
export function geoLink({ longitude, latitude }: Spot): string {
  const at = `${latitude.toFixed(6)},${longitude.toFixed(6)}`
  return `geo:${at}?q=${at}`
}
