import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Plugin } from 'vite'

/** What is read of a photograph's header: when and where it was taken (src/device/exif.ts). */
const read = new Set(['USE_EXIF', 'USE_TIFF', 'USE_JPEG', 'USE_PNG', 'USE_HEIC', 'USE_AVIF', 'USE_WEBP'])

/**
 * ExifReader's own way to leave out what is not read, without its build step at install: its switches become constants, and
 * what they switch off falls out of the bundle.
 */
export function leanExif(): Plugin {
  return {
    name: 'buxun-lean-exif',
    transform(code, id) {
      if (!id.includes('/exifreader/src/')) return null
      return { code: code.replace(/\bConstants\.(USE_\w+)/g, (_, name: string) => String(read.has(name))), map: null }
    },
  }
}

interface Row {
  readonly code: string
  readonly close: number
  readonly zh: string
  readonly zhDo: string
  readonly en: string
  readonly enDo: string
}

/**
 * The catalogue of faults as a phone needs it at its first visit: statuses are the server's, and what it says in English goes
 * with the other English words (src/screens/tell.ts).
 */
export function leanFaults(): Plugin {
  let rows: readonly Row[] = []
  return {
    name: 'buxun-lean-faults',
    apply: 'build',
    enforce: 'pre',
    configResolved({ root }) {
      rows = JSON.parse(readFileSync(join(root, '../shared/faults.json'), 'utf8')) as Row[]
    },
    transform(code, id) {
      if (id.endsWith('/shared/faults.json')) {
        return { code: JSON.stringify(rows.map(({ code: name, close, zh, zhDo }) => ({ code: name, ...(close > 0 && { close }), zh, zhDo, en: '', enDo: '' }))), map: null }
      }
      if (!id.endsWith('/words/en/first.json')) return null
      const said = rows.flatMap((row) => [[`fault.${row.code}`, row.en], [`fault.${row.code}.do`, row.enDo]])
      return { code: JSON.stringify({ ...(JSON.parse(code) as object), ...(Object.fromEntries(said) as object) }), map: null }
    },
  }
}
