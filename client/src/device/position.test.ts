import type { Fix } from '@shared/types.gen'
import { better, fixOf } from './position'
import { unsupported } from './origin'

const fix = (at: number, accuracy: number): Fix => ({ longitude: 113, latitude: 27, accuracy, at, source: 'device' })

test('the more accurate fix is kept, a stale one is not', () => {
  expect(better(null, fix(0, 500))).toEqual(fix(0, 500))
  expect(better(fix(0, 8), fix(5_000, 30))).toEqual(fix(0, 8))
  expect(better(fix(0, 30), fix(5_000, 8))).toEqual(fix(5_000, 8))
  expect(better(fix(0, 8), fix(20_000, 30))).toEqual(fix(20_000, 30))
})

test('who walks leaves an accurate fix behind', () => {
  expect(better(fix(0, 8), fix(1_000, 12))).toEqual(fix(0, 8))
  expect(better(fix(0, 8), fix(4_000, 12))).toEqual(fix(4_000, 12))
  expect(better(fix(5_000, 8), fix(4_000, 12))).toEqual(fix(5_000, 8)) // one that comes too late is none the better for it
})

test('a fix says only what the device said', () => {
  const coords = { longitude: 113.07, latitude: 27.86, accuracy: 12, heading: NaN, speed: null }
  expect(fixOf({ coords, timestamp: 1000.4 } as unknown as GeolocationPosition)).toEqual({ longitude: 113.07, latitude: 27.86, accuracy: 12, at: 1000, source: 'device' })
  const moving = { ...coords, heading: 90, speed: 1.5 }
  expect(fixOf({ coords: moving, timestamp: 1 } as unknown as GeolocationPosition)).toMatchObject({ heading: 90, speed: 1.5 })
})

const page = (fields: Record<string, unknown> = {}, agent = 'Chrome/120', worker = true) =>
  ({
    isSecureContext: true, crypto: { subtle: {} }, indexedDB: {}, BroadcastChannel: {}, OffscreenCanvas: {},
    navigator: { userAgent: agent, locks: {}, ...(worker && { serviceWorker: {} }) }, ...fields,
  }) as unknown as Window & typeof globalThis

test('a browser that cannot be used is told why', () => {
  expect(unsupported(page())).toBeNull()
  expect(unsupported(page({ isSecureContext: false }))).toBe('insecure')
  expect(unsupported(page({}, 'iPhone MicroMessenger/8.0', false))).toBe('wechat')
  expect(unsupported(page({}, 'Android MicroMessenger/8.0'))).toBe('wechat')
  expect(unsupported(page({}, 'iPhone', false))).toBe('old')
  const { OffscreenCanvas: _, ...old } = page() as unknown as Record<string, unknown>
  expect(unsupported(old as unknown as Window & typeof globalThis)).toBe('old')
})
