import type { Area } from '../../state/contract'
import { beatOf } from './beat'

const square = (from: number, to: number): [number, number][] => [[from, 0], [to, 0], [to, 4], [from, 4], [from, 0]]
const area = (kind: Area['kind'], code: string, ring: [number, number][], ...collectors: string[]): Area => ({ code, name: code, squad: '6', kind, ring, ...(collectors.length > 0 && { collectors }) })
const areas = [area('community', 'wide', square(0, 4), 'c1'), area('dutyGrid', 'grid', square(0, 2), 'c2', 'c3'), area('unitGrid', 'cell', square(0, 1)), area('community', 'bare', square(4, 8))]
const at = (longitude: number, squad = '6') => ({ squad, reporter: { kind: 'person', id: 'c2' } as const, fix: { longitude, latitude: 1, accuracy: 5, at: 0, source: 'device' } as const })

describe('who answers for the ground of a case', () => {
  it('is told of the narrowest area that somebody answers for', () => {
    expect(beatOf(areas, at(0.5), 'sendVerify')).toEqual({ area: areas[1], collectors: ['c2', 'c3'] })
    expect(beatOf(areas, at(3), 'sendVerify')).toEqual({ area: areas[0], collectors: ['c1'] })
  })

  it('does not name who would recheck the own report', () => {
    expect(beatOf(areas, at(0.5), 'sendRecheck')).toMatchObject({ collectors: ['c3'] })
    expect(beatOf([area('dutyGrid', 'grid', square(0, 2), 'c2')], at(0.5), 'sendRecheck')).toBe('nobody')
  })

  it('says why there is nobody', () => {
    expect(beatOf(areas, at(5), 'sendVerify')).toBe('nobody')
    expect(beatOf(areas, at(9), 'sendVerify')).toBe('unknown')
    expect(beatOf(areas, at(0.5, '5'), 'sendVerify')).toBe('unknown')
    expect(beatOf(areas, { squad: '6', reporter: { kind: 'person', id: 'c2' } }, 'sendVerify')).toBe('nowhere')
  })
})
