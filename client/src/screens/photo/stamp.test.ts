import type { Case, CasePhoto } from '@shared/types.gen'
import type { Area } from '../../state/contract'
import { loadPart } from '../../words/words'
import { fileNameOf, stampOf } from './stamp'

beforeAll(() => loadPart('field'))

const area = (name: string): Area => ({ code: `code of ${name}`, name, squad: 's', kind: 'community', ring: [] })
const ground = { community: area('华垅社区'), dutyGrid: null, unitGrid: { ...area('001'), code: '430202004001003' } }
const c = { short: '7ZK0Q-12', address: '建设路东侧 023 号灯杆旁' } as Case
const fix = { longitude: 113.0835, latitude: 27.8712, accuracy: 12.4, at: 1, source: 'device' }
const photo = { takenAt: Date.UTC(2026, 6, 1, 0, 30, 5), origin: 'camera', fix, exif: { at: 1, longitude: 9, latitude: 48 } } as CasePhoto

test('time, place of the live fix, area, collector and number stand on it; what the file says of itself does not', () => {
  const lines = stampOf(c, photo, ground, '采集员6-01')
  expect(lines).toEqual(['2026年7月1日 08:30:05', '北纬 27.871200 东经 113.083500（误差 12 米，WGS-84）', '华垅社区 · 建设路东侧 023 号灯杆旁 · 430202004001003', '采集员6-01 · 7ZK0Q-12'])
  expect(lines.join()).not.toContain('48')
})

test('without a live fix it says so, even where the file claims a place; a photo of the gallery is named as one', () => {
  const { fix: _, ...rest } = photo
  const lines = stampOf({ ...c, number: 'C20260701' } as Case, { ...rest, origin: 'gallery' }, null, '采集员6-01')
  expect(lines).toEqual(['2026年7月1日 08:30:05 · 从相册选的', '没有定位', '建设路东侧 023 号灯杆旁', '采集员6-01 · 7ZK0Q-12 · C20260701'])
})

test('an address that names its ground does not name it twice', () => {
  expect(stampOf({ ...c, address: '华垅社区，建设路' } as Case, photo, ground, 'x')[2]).toBe('华垅社区，建设路 · 430202004001003')
})

test('the file is named by number, place among the photos and time', () => {
  expect(fileNameOf(c, photo, 1)).toBe('7ZK0Q-12-2-2026-7-1-08-30-05.jpg')
})
