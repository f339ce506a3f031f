import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { root } from './program'

/** A real photograph of this folder. */
export function photo(name: string): string {
  return path.join(root, 'client/e2e/photos', name)
}

/** A film of real photographs that Chromium plays as its camera: JPEG frames one behind the other. */
export function film(...names: readonly string[]): string {
  const file = path.join(mkdtempSync(path.join(tmpdir(), 'buxun-film-')), 'street.mjpeg')
  const frames = names.map((name) => readFileSync(photo(name)))
  writeFileSync(file, Buffer.concat(Array.from({ length: 8 }, () => frames).flat()))
  return file
}
