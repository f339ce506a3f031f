import { fileURLToPath } from 'node:url'
import { maxPreviewBytes } from '@shared/types.gen'
import { openAlbum } from './album'

const album = openAlbum(fileURLToPath(new URL('../../', import.meta.url)))

test('each photograph is of its own bytes, and of the same picture', async () => {
  for (const name of album.names) {
    const [one, other] = [await album.take(name, '演示 一'), await album.take(name, '演示 二')]
    expect(one.hash).not.toBe(other.hash)
    expect(one.preview?.hash).not.toBe(other.preview?.hash)
    expect([one.type, one.width, one.height]).toEqual(['image/jpeg', other.width, other.height])
    expect(one.width).toBeGreaterThan(500)
    expect(one.preview?.bytes.byteLength).toBeLessThanOrEqual(maxPreviewBytes)
    expect(scanOf(one.bytes).equals(scanOf(other.bytes))).toBe(true)
  }
})

test('taken again with the same words it is the same photograph', async () => {
  const [name = ''] = album.names
  expect((await album.take(name, '演示')).hash).toBe((await album.take(name, '演示')).hash)
  await expect(async () => album.take('nothing.jpg', '')).rejects.toThrow('nothing.jpg')
})

/** A JPEG from its frame on: what is drawn. */
function scanOf(bytes: ArrayBuffer): Buffer {
  const jpeg = Buffer.from(bytes)
  const table = jpeg.indexOf(Buffer.from([0xff, 0xdb]))
  expect(table).toBeGreaterThan(0)
  return jpeg.subarray(table)
}
