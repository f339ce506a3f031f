import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { readExif } from './exif'

/** RUNS=100000 for a long while. */
const runs = Number(process.env.RUNS ?? 400)
const photograph = readFileSync(new URL('../../e2e/photos/phone-orientation-3-gps.jpg', import.meta.url)).subarray(0, 8192)

function bufferOf(bytes: Uint8Array): ArrayBuffer {
  return bytes.slice().buffer
}

test('the photograph that is spoiled below says when and where it was taken', () => {
  expect(readExif(bufferOf(photograph))).toEqual({ at: expect.any(Number), longitude: expect.any(Number), latitude: expect.any(Number) })
})

test('L7: whatever stands in a photograph, reading when and where it was taken gives a time and a place or nothing, and never errs', () => {
  const spoilt = fc.record({
    flips: fc.array(fc.tuple(fc.nat(photograph.length - 1), fc.nat(255)), { maxLength: 12 }),
    near: fc.array(fc.tuple(fc.nat(600), fc.nat(255)), { maxLength: 6 }), // where the directories are
    keep: fc.oneof(fc.constant(photograph.length), fc.nat(photograph.length)),
  })
  fc.assert(fc.property(spoilt, ({ flips, near, keep }) => {
    const bytes = new Uint8Array(photograph.subarray(0, keep))
    for (const [at, value] of [...flips, ...near]) if (at < bytes.length) bytes[at] = value
    const said = readExif(bufferOf(bytes))
    if (said === undefined) return
    if (said.at !== undefined) expect(Number.isSafeInteger(said.at) && said.at > 0).toBe(true)
    expect(said.longitude === undefined).toBe(said.latitude === undefined)
    if (said.longitude !== undefined && said.latitude !== undefined) {
      expect(Math.abs(said.longitude)).toBeLessThanOrEqual(180)
      expect(Math.abs(said.latitude)).toBeLessThanOrEqual(90)
    }
  }), { numRuns: runs })
})

test('L7: noise with the head of a photograph is no error either', () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 2048 }), fc.constantFrom([0xff, 0xd8, 0xff, 0xe1], [0x89, 0x50, 0x4e, 0x47], [0x49, 0x49, 0x2a, 0], [0x52, 0x49, 0x46, 0x46], []), (noise, head) => {
    expect(() => readExif(bufferOf(Uint8Array.from([...head, ...noise])))).not.toThrow()
  }), { numRuns: runs })
})
