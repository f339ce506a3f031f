import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { type Darkroom, develop, type Picture } from './develop'
import { readExif, timeOf } from './exif'
import { kindOf } from './kind'

const photo = (name: string) => {
  const bytes = readFileSync(new URL(`../../e2e/photos/${name}`, import.meta.url))
  return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer
}
const jpegOf = (size: number) => {
  const bytes = new Uint8Array(size)
  bytes.set([0xff, 0xd8, 0xff])
  return bytes.buffer
}

/** A browser that decodes everything; a drawn picture has `weigh` bytes. */
function room(weigh: (longest: number, quality: number) => number = () => 9_000, decodes = true) {
  const state = { closed: 0, drawn: [] as [number, number][] }
  const picture: Picture = {
    width: 4160, height: 3120,
    draw: async (longest, quality) => {
      state.drawn.push([longest, quality])
      return jpegOf(weigh(longest, quality))
    },
    close: () => (state.closed += 1),
  }
  const darkroom: Darkroom = { exif: readExif, decode: () => (decodes ? Promise.resolve(picture) : Promise.reject(new Error('cannot'))) }
  return { darkroom, state }
}

test('L7: the bytes are untouched and the hash is theirs', async () => {
  const bytes = photo('phone-large-4160x3120.jpg')
  const before = createHash('sha256').update(Buffer.from(bytes)).digest('hex')
  const { darkroom, state } = room()
  const developed = await develop(bytes, darkroom)
  expect(developed).toMatchObject({ hash: before, type: 'image/jpeg', width: 4160, height: 3120 })
  expect(createHash('sha256').update(Buffer.from(developed.bytes)).digest('hex')).toBe(before)
  expect(developed.preview?.hash).toBe(createHash('sha256').update(Buffer.from(developed.preview!.bytes)).digest('hex'))
  expect(state.closed).toBe(1)
})

test('L7: what the file says of itself is read from the very bytes, before they are decoded', async () => {
  const bytes = photo('street-car-gps.jpg')
  const { darkroom } = room()
  const done: string[] = []
  const developed = await develop(bytes, {
    exif: (of) => {
      done.push(of === bytes ? 'exif of the file' : 'exif of something else')
      return darkroom.exif(of)
    },
    decode: (of, type) => {
      done.push('decode')
      return darkroom.decode(of, type)
    },
  })
  expect(done).toEqual(['exif of the file', 'decode'])
  expect(developed.exif).toEqual(readExif(bytes))
  expect(developed.exif?.longitude).toBeDefined()
})

test('the preview gets smaller until it fits', async () => {
  const { darkroom, state } = room((longest, quality) => (longest <= 256 && quality <= 0.3 ? 16_000 : 17_000))
  const { preview } = await develop(photo('street-gps.jpg'), darkroom)
  expect(preview?.bytes.byteLength).toBe(16_000)
  expect(state.drawn.at(-1)).toEqual([256, 0.3])
})

test('a browser that gives no JPEG gives no preview', async () => {
  const { darkroom, state } = room()
  darkroom.decode = async () => ({ width: 1, height: 1, draw: async () => new ArrayBuffer(10), close: () => (state.closed += 1) })
  expect((await develop(photo('street-gps.jpg'), darkroom)).preview).toBeNull()
  expect(state.closed).toBe(1)
})

test.each(['html-named.jpg', 'truncated.jpg', 'zero-bytes.jpg'])('L12: %s is damaged', async (name) => {
  await expect(develop(photo(name), room().darkroom)).rejects.toMatchObject({ code: 'photo.damaged' })
})

test('what looks right and cannot be decoded is damaged', async () => {
  await expect(develop(photo('street-gps.jpg'), room(undefined, false).darkroom)).rejects.toMatchObject({ code: 'photo.damaged' })
})

test('a HEIC that this browser cannot decode is kept without a preview', async () => {
  const developed = await develop(photo('phone.heic'), room(undefined, false).darkroom)
  expect(developed).toMatchObject({ type: 'image/heic', preview: null })
  expect(developed.width).toBeUndefined()
})

test('L12: a file that is too large is named as such', async () => {
  await expect(develop(new ArrayBuffer(50 * 1024 * 1024 + 1), room().darkroom)).rejects.toMatchObject({ code: 'photo.tooLarge' })
})

test('the kind is told by the bytes', () => {
  const ftyp = (...brands: string[]) => new TextEncoder().encode(`\0\0\0\x1cftyp${brands[0]}\0\0\0\0${brands.slice(1).join('')}`).buffer
  expect(kindOf(new TextEncoder().encode('RIFF\0\0\0\0WEBPVP8 ').buffer)).toBe('image/webp')
  expect(kindOf(Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10, 0).buffer)).toBe('image/png')
  expect(kindOf(ftyp('mif1', 'heic'))).toBe('image/heic')
  expect(kindOf(ftyp('mif1', 'miaf'))).toBe('image/heif')
  expect(kindOf(ftyp('avif', 'mif1'))).toBe('image/avif')
  expect(kindOf(ftyp('mp42', 'isom'))).toBeNull()
  expect(kindOf(new ArrayBuffer(0))).toBeNull()
})

test('L11: place and time of the file are read before anything else', () => {
  const exif = readExif(photo('street-car-gps.jpg'))
  expect(exif?.longitude).toBeGreaterThan(-180)
  expect(exif?.latitude).not.toBe(0)
  expect(readExif(photo('square-no-gps.jpg'))?.longitude).toBeUndefined()
  expect(readExif(photo('html-named.jpg'))).toBeUndefined()
})

test('a time with its offset is exact, without one it is the phone\'s', () => {
  expect(timeOf('2026:07:01 08:30:00', '+08:00')).toBe(Date.UTC(2026, 6, 1, 0, 30))
  expect(timeOf('2026:07:01 08:30:00')).toBe(new Date(2026, 6, 1, 8, 30).getTime())
  expect(timeOf('0000:00:00 00:00:00')).toBeUndefined()
  expect(timeOf('')).toBeUndefined()
})
