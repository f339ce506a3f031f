import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { root } from './program'

/** A real photograph of this folder. */
export function photo(name: string): string {
  return path.join(root, 'client/e2e/photos', name)
}

/** So many different frames a photograph, and no more: the film begins again behind them. */
const rounds = 24

/** A film of real photographs that Chromium plays as its camera: JPEG frames one behind the other, no two quite alike, as of a real camera. */
export function film(...names: readonly string[]): string {
  const file = path.join(mkdtempSync(path.join(tmpdir(), 'buxun-film-')), 'street.mjpeg')
  const frames = names.map((name) => readFileSync(photo(name)))
  writeFileSync(file, Buffer.concat(Array.from({ length: rounds }, (_, round) => frames.map((frame) => shade(frame, round))).flat()))
  return file
}

/** The same picture with two coefficients of its first quantization table a little coarser: other pixels, nothing that an eye sees. */
function shade(frame: Buffer, by: number): Buffer {
  const table = frame.indexOf(Buffer.from([0xff, 0xdb]))
  if (table < 0) throw new Error('a frame has no quantization table')
  const coefficient = table + 2 + 2 + 1 + 3
  const shaded = Buffer.from(frame)
  for (const [i, more] of [by % 5, Math.floor(by / 5)].entries()) shaded[coefficient + i] = Math.min(255, (frame[coefficient + i] ?? 0) + more)
  return shaded
}

/** So many different files of one photograph: each carries its number in a comment, as no two shots are alike. */
export function shots(name: string, count: number): string[] {
  const folder = mkdtempSync(path.join(tmpdir(), 'buxun-shots-'))
  const whole = readFileSync(photo(name))
  return Array.from({ length: count }, (_, i) => {
    const words = Buffer.from(`shot ${String(i + 1).padStart(3, '0')}`)
    const comment = Buffer.concat([Buffer.from([0xff, 0xfe, 0, words.length + 2]), words])
    const file = path.join(folder, `shot-${i + 1}.jpg`)
    writeFileSync(file, Buffer.concat([whole.subarray(0, 2), comment, whole.subarray(2)]))
    return file
  })
}
