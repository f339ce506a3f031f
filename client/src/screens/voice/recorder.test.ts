import { clock, lasts } from './clock'
import { levelOf, recordable } from './recorder'

test('AAC where it can be written, for it plays everywhere; Opus else; nothing where there is neither', () => {
  expect(recordable(() => true)).toBe('audio/mp4;codecs=mp4a.40.2')
  expect(recordable((type) => type.includes('webm'))).toBe('audio/webm;codecs=opus')
  expect(recordable(() => false)).toBeUndefined()
  expect(recordable()).toBeUndefined() // here is no recorder at all
})

test('silence is nought, a shout is full, speech lies between', () => {
  const wave = (height: number) => Uint8Array.from({ length: 512 }, (_, i) => 128 + Math.round(height * Math.sin(i)))
  expect(levelOf(wave(0))).toBe(0)
  expect(levelOf(wave(127))).toBe(1)
  expect(levelOf(wave(10))).toBeGreaterThan(0.3)
  expect(levelOf(wave(10))).toBeLessThan(0.8)
})

test('times are shown as recorders show them', () => {
  expect([clock(0), clock(7_900), clock(60_000)]).toEqual(['0:00', '0:07', '1:00'])
  expect([lasts(300), lasts(7_600)]).toEqual(['0:01', '0:08'])
})
