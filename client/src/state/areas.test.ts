import type { Area } from './contract'
import { groundAt } from './areas'

const area = (kind: Area['kind'], name: string, ...ring: [number, number][]): Area => ({ code: name, name, squad: 's', kind, ring })
const box = (west: number, south: number, east: number, north: number): [number, number][] => [[west, south], [east, south], [east, north], [west, north], [west, south]]
const areas = [
  area('community', '铜霞社区', ...box(0, 0, 4, 4)),
  area('community', '大湾社区', ...box(4, 0, 8, 4)),
  area('unitGrid', '001', ...box(0, 2, 2, 4)),
  // A bay is cut into it from the east.
  area('dutyGrid', '河湾', [0, 0], [4, 0], [4, 1], [1, 2], [4, 3], [4, 4], [0, 4], [0, 0]),
]
const at = (longitude: number, latitude: number) => {
  const { community, dutyGrid, unitGrid } = groundAt(areas, { longitude, latitude })
  return [community?.name, dutyGrid?.name, unitGrid?.name]
}

test('a place is told by community, duty grid and unit grid', () => {
  expect(at(0.5, 3)).toEqual(['铜霞社区', '河湾', '001'])
  expect(at(3, 0.5)).toEqual(['铜霞社区', '河湾', undefined])
})

test('what an outline leaves out is not in it', () => {
  expect(at(3, 2)).toEqual(['铜霞社区', undefined, undefined])
  expect(at(-1, 2)).toEqual([undefined, undefined, undefined])
  expect(at(9, 2)).toEqual([undefined, undefined, undefined])
})

test('a place on a border belongs to exactly one of the neighbours', () => {
  expect(at(4, 2)[0]).toBe('大湾社区')
  expect(at(0, 0)[0]).toBe('铜霞社区')
  expect(at(4, 4)[0]).toBeUndefined()
})

test('without outlines nothing is claimed, and a broken outline is no crash', () => {
  expect(groundAt([], { longitude: 0, latitude: 0 })).toEqual({ community: null, dutyGrid: null, unitGrid: null })
  expect(groundAt([area('community', 'a'), area('community', 'b', [0, 0])], { longitude: 0, latitude: 0 }).community).toBeNull()
})
