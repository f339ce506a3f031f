import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { type Darkroom, develop, type Picture } from './develop'
import { readExif, timeOf } from './exif'
import { inspect } from './inspect'

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

/** What becomes of each file of a folder that the server's tests read too. */
interface Fate {
  readonly file: string
  readonly phone: string
  readonly type?: string
  readonly width?: number
  readonly height?: number
}
const folder = new URL('../../../server/photo/testdata/', import.meta.url)
const fates = (JSON.parse(readFileSync(new URL('files.json', folder), 'utf8')) as { files: Fate[] }).files
const hostile = (name: string) => {
  const bytes = readFileSync(new URL(name, folder))
  return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer
}

test.each(fates)('L12: $file is taken or refused as the table says', async ({ file, phone, type, width, height }) => {
  const bytes = hostile(file)
  expect(inspect(bytes)).toEqual(type === undefined ? null : { type, width, height })
  const decodes = phone === 'preview'
  const developed = develop(bytes, room(undefined, decodes).darkroom)
  if (phone.startsWith('photo.')) await expect(developed).rejects.toMatchObject({ code: phone })
  else expect((await developed).preview === null).toBe(phone === 'unseen')
})

test.each(fates)('EXIF of $file is read at once, and says nothing impossible', ({ file }) => {
  const began = performance.now()
  const { at = 1, longitude = 0, latitude = 0 } = readExif(hostile(file)) ?? {}
  expect(at > 0 && Math.abs(longitude) <= 180 && Math.abs(latitude) <= 90).toBe(true)
  expect(performance.now() - began).toBeLessThan(2_000)
})

test.each(['good-gps.jpg', 'good-no-exif.jpg', 'good.webp', 'good.avif', 'good.heic', 'bad-icc.png'])('%s is no whole photograph when it is cut', (name) => {
  const bytes = hostile(name)
  const lengths = [1, 3, 12, ...Array.from({ length: 8 }, (_, eighth) => Math.floor((bytes.byteLength * eighth) / 8)), bytes.byteLength - 2000]
  expect(lengths.filter((length) => inspect(bytes.slice(0, length)) !== null)).toEqual([])
})

test.each(['html-named.jpg', 'truncated.jpg', 'zero-bytes.jpg'])('L12: %s is damaged', async (name) => {
  await expect(develop(photo(name), room().darkroom)).rejects.toMatchObject({ code: 'photo.damaged' })
})

test('what has more pixels than a phone can hold is kept without being decoded', async () => {
  const { darkroom, state } = room()
  const developed = await develop(large(14_000), darkroom)
  expect(developed).toMatchObject({ type: 'image/png', preview: null })
  expect(state.closed + state.drawn.length).toBe(0)
  expect((await develop(large(4_000), darkroom)).preview).not.toBeNull()
  await expect(develop(large(20_000), darkroom)).rejects.toMatchObject({ code: 'photo.damaged' })
})

/** A PNG of one byte of data whose header claims a square. */
function large(edge: number): ArrayBuffer {
  const bytes = Buffer.concat([
    Buffer.from('\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR', 'latin1'), Buffer.alloc(17), Buffer.from('\0\0\0\x01IDATx----\0\0\0\0IEND----', 'latin1'),
  ])
  bytes.writeUInt32BE(edge, 16)
  bytes.writeUInt32BE(edge, 20)
  return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer
}

test('a photograph whose preview cannot be drawn is kept without one', async () => {
  const { darkroom, state } = room()
  darkroom.decode = async () => ({ width: 1, height: 1, draw: () => Promise.reject(new Error('no canvas')), close: () => (state.closed += 1) })
  expect((await develop(photo('street-gps.jpg'), darkroom)).preview).toBeNull()
  expect(state.closed).toBe(1)
})

test('one that is not to be decoded is kept as it is', async () => {
  const { darkroom, state } = room()
  const bytes = photo('street-gps.jpg')
  const developed = await develop(bytes, darkroom, true)
  expect(developed).toMatchObject({ hash: createHash('sha256').update(Buffer.from(bytes)).digest('hex'), preview: null })
  expect(state.closed).toBe(0)
  await expect(develop(photo('html-named.jpg'), darkroom, true)).rejects.toMatchObject({ code: 'photo.damaged' })
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

test('the kind of a HEIF is told by its brands', () => {
  const good = Buffer.from(hostile('good.heic'))
  const end = good.readUInt32BE(0)
  const branded = (brands: string) => {
    const bytes = Buffer.from(good)
    bytes.fill(0, 8, end).write(brands, 8, 'latin1')
    return inspect(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer)?.type
  }
  expect(['heic....mif1', 'mif1....heic', 'mif1....avif', 'mif1....miaf', 'heix....avif'].map(branded)).toEqual([
    'image/heic', 'image/heic', 'image/avif', 'image/heif', 'image/heic',
  ])
  expect(['isom....heic', 'qt  ....mif1', 'mp42....isom'].map(branded)).toEqual([undefined, undefined, undefined])
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
