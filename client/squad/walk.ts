// Walks: real tracks, turned, shifted and scaled so that they lead through the places where something was found. A leg from
// one place to the next is a stretch of a track under the similarity that puts its ends on the two places.

import type { Random } from '@sync/sim/random'
import type { Box, Point } from './ground'

export interface Stop {
  /** ms since the shift began */
  readonly at: number
  readonly place: Point
}

/** Where somebody is, by ms since the shift began. */
export type Walk = (at: number) => Point

/** Points of a stretch. */
const fewest = 12
const most = 60
/** A step this long is a hole in the record, not a step. */
const holeMetres = 150
/** A stretch leads somewhere if its ends are so far apart, and so far for the way between them. */
const leastMetres = 20
const straightest = 0.25

/** @param stops in order of time, at least one */
export function walkThrough(stops: readonly Stop[], tracks: readonly (readonly Point[])[], random: Random): Walk {
  const legs = stops.slice(1).map((to, i) => ({ from: stops[i] as Stop, to, stretch: stretchOf(tracks, random) }))
  return (at) => {
    const leg = legs.find(({ to }) => at < to.at) ?? legs.at(-1)
    const [first] = stops
    if (first === undefined) throw new Error('a walk without a stop')
    if (leg === undefined || at <= first.at) return first.place
    const share = Math.min(1, (at - leg.from.at) / Math.max(1, leg.to.at - leg.from.at))
    return along(leg.stretch, leg.from.place, leg.to.place, share)
  }
}

/** A place in a box, from fractions of it. */
export function placeIn([west, south, east, north]: Box, across: number, up: number): Point {
  return { longitude: west + (east - west) * across, latitude: south + (north - south) * up }
}

/** Part `i` of a box that is cut into n, row by row. */
export function beatOf([west, south, east, north]: Box, i: number, n: number): Box {
  const columns = Math.ceil(Math.sqrt(n * 2))
  const rows = Math.ceil(n / columns)
  const [width, height] = [(east - west) / columns, (north - south) / rows]
  const [column, row] = [i % columns, Math.floor(i / columns)]
  return [west + width * column, south + height * row, west + width * (column + 1), south + height * (row + 1)]
}

/** A stretch of one of the tracks as complex numbers from 0 to 1: its ends at 0 and 1. */
function stretchOf(tracks: readonly (readonly Point[])[], random: Random): Flat[] {
  for (let tries = 0; tries < 200; tries++) {
    const track = random.pick(tracks) ?? []
    const length = random.whole(fewest, most)
    const start = random.whole(0, Math.max(0, track.length - length))
    const flat = flatten(track.slice(start, start + length))
    const [first, last] = [flat[0], flat.at(-1)]
    if (first === undefined || last === undefined || flat.length < fewest || holed(flat)) continue
    if (distance(first, last) < Math.max(leastMetres, straightest * lengthOf(flat))) continue
    return flat.map((point) => divide(minus(point, first), minus(last, first)))
  }
  throw new Error('no track has a stretch that leads anywhere')
}

function along(stretch: readonly Flat[], from: Point, to: Point, share: number): Point {
  const at = share * (stretch.length - 1)
  const [a, b] = [stretch[Math.floor(at)] as Flat, stretch[Math.ceil(at)] as Flat]
  const part = at - Math.floor(at)
  const [x, y] = [a.x + (b.x - a.x) * part, a.y + (b.y - a.y) * part]
  // Turned and scaled on the ground, where a degree of longitude is shorter than one of latitude.
  const narrow = Math.cos((from.latitude * Math.PI) / 180)
  const [dx, dy] = [(to.longitude - from.longitude) * narrow, to.latitude - from.latitude]
  return { longitude: from.longitude + (x * dx - y * dy) / narrow, latitude: from.latitude + x * dy + y * dx }
}

interface Flat {
  readonly x: number
  readonly y: number
}

const metresPerDegree = 111_195

function flatten(points: readonly Point[]): Flat[] {
  const narrow = Math.cos(((points[0]?.latitude ?? 0) * Math.PI) / 180)
  return points.map(({ longitude, latitude }) => ({ x: longitude * narrow * metresPerDegree, y: latitude * metresPerDegree }))
}

function minus(a: Flat, b: Flat): Flat {
  return { x: a.x - b.x, y: a.y - b.y }
}

function divide(a: Flat, b: Flat): Flat {
  const square = b.x * b.x + b.y * b.y
  return { x: (a.x * b.x + a.y * b.y) / square, y: (a.y * b.x - a.x * b.y) / square }
}

function distance(a: Flat, b: Flat): number {
  return Math.hypot(a.x - b.x, a.y - b.y)
}

function lengthOf(flat: readonly Flat[]): number {
  return flat.slice(1).reduce((sum, point, i) => sum + distance(point, flat[i] as Flat), 0)
}

function holed(flat: readonly Flat[]): boolean {
  return flat.slice(1).some((point, i) => distance(point, flat[i] as Flat) > holeMetres)
}
