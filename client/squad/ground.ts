// What the simulated squad walks on and finds: the demo's people and streets, Boston's records, real tracks, and the words
// for it all. Read once from the repository's files; nothing here is random.

import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'

/** WGS-84 degrees. */
export interface Point {
  readonly longitude: number
  readonly latitude: number
}

/** West, south, east, north. */
export type Box = readonly [number, number, number, number]

export interface Squad {
  readonly code: string
  readonly leader: string
  readonly collectors: readonly string[]
  readonly box: Box
  readonly communities: readonly string[]
  readonly roads: readonly string[]
}

/** One of Boston's records: its minute of the day, its kind, and its place as fractions of the city's extent, from the south-west. */
export interface Found {
  readonly minute: number
  readonly type: string
  readonly across: number
  readonly up: number
}

export interface Kind {
  readonly words: readonly string[]
  readonly pictures: readonly string[]
  /** What is said where it was handled on the spot; absent where nobody could. */
  readonly handled?: readonly string[]
}

export interface Kinds {
  /** Boston's types as categories of ours, with weights. */
  readonly types: Readonly<Record<string, Readonly<Record<string, number>>>>
  readonly kinds: Readonly<Record<string, Kind>>
  readonly roads: Readonly<Record<string, readonly string[]>>
  readonly places: readonly string[]
  readonly sides: readonly string[]
  readonly returned: readonly { readonly reason: string; readonly answer: string; readonly photo: boolean }[]
  readonly rejected: readonly string[]
  readonly failed: readonly string[]
  readonly comments: readonly string[]
}

export interface Ground {
  readonly squads: readonly Squad[]
  readonly kinds: Kinds
  readonly found: readonly Found[]
  readonly tracks: readonly (readonly Point[])[]
}

/** @param root the repository's */
export function readGround(root: string): Ground {
  const demo = (name: string) => readFileSync(path.join(root, 'server/demo', name), 'utf8')
  const kinds = JSON.parse(demo('kinds.json')) as Kinds
  const { people } = JSON.parse(demo('people.json')) as { people: { name: string; role: string; squad?: string }[] }
  const { streets } = JSON.parse(demo('divisions.json')) as { streets: { squad: string; box: Box; communities: { name: string }[] }[] }
  const squads = streets.map(({ squad, box, communities }) => {
    const of = (role: string) => people.filter((p) => p.squad === squad && p.role === role).map((p) => p.name)
    const [leader] = of('leader')
    if (leader === undefined) throw new Error(`${squad} has no leader in the demo`)
    return { code: squad, leader, collectors: of('collector'), box, communities: communities.map(({ name }) => name.replace(/居委会$/, '')), roads: kinds.roads[squad] ?? [] }
  })
  return { squads, kinds, found: readFound(demo('boston.csv')), tracks: readTracks(path.join(root, 'client/squad/tracks')) }
}

function readFound(csv: string): Found[] {
  const rows = csv.trim().split('\n').slice(1).map((line) => {
    const [opened = '', type = '', latitude, longitude] = line.split(',')
    return { minute: Number(opened.slice(11, 13)) * 60 + Number(opened.slice(14, 16)), type, latitude: Number(latitude), longitude: Number(longitude) }
  })
  const across = extentOf(rows.map((row) => row.longitude))
  const up = extentOf(rows.map((row) => row.latitude))
  return rows.map(({ minute, type, latitude, longitude }) => ({ minute, type, across: across(longitude), up: up(latitude) }))
}

/** Where a number lies between the least and the greatest, 0 to 1. */
function extentOf(numbers: readonly number[]): (n: number) => number {
  const [least, greatest] = [Math.min(...numbers), Math.max(...numbers)]
  return (n) => (n - least) / (greatest - least)
}

function readTracks(folder: string): Point[][] {
  const names = readdirSync(folder).filter((name) => name.endsWith('.gpx')).sort()
  return names.map((name) => {
    const points = [...readFileSync(path.join(folder, name), 'utf8').matchAll(/<trkpt\s([^>]*)>/g)]
    const attribute = (text: string, which: string) => Number(text.match(new RegExp(`\\b${which}="([^"]+)"`))?.[1])
    return points.map(([, text = '']) => ({ longitude: attribute(text, 'lon'), latitude: attribute(text, 'lat') }))
  })
}
