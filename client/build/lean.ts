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

/** What the first page may have to say: no network, a server that is busy, a session, a photo that cannot be shown. */
const saidFirst = /^(internal|offline|connection|photo|request|scope|server|session|storage)\b/

/** Words of the catalogue as words of the screens that say them. */
function asWords(rows: readonly Row[], say: (row: Row) => readonly [string, string]): object {
  return Object.fromEntries(rows.flatMap((row) => [[`fault.${row.code}`, say(row)[0]], [`fault.${row.code}.do`, say(row)[1]]]))
}

/**
 * The catalogue of faults as a phone needs it at its first visit: statuses are the server's, what only later screens say goes with
 * their words, and what it says in English with the other English words (src/screens/tell.ts).
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
      const isFirst = (row: Row) => saidFirst.test(row.code)
      if (id.endsWith('/shared/faults.json')) {
        const lean = rows.map((row) => ({
          code: row.code, ...(row.close > 0 && { close: row.close }), ...(isFirst(row) ? { zh: row.zh, zhDo: row.zhDo } : { zh: '', zhDo: '' }), en: '', enDo: '',
        }))
        return { code: JSON.stringify(lean), map: null }
      }
      const joined = (said: object) => ({ code: JSON.stringify({ ...(JSON.parse(code) as object), ...said }), map: null })
      if (id.endsWith('/words/zh-CN/field.json')) return joined(asWords(rows.filter((row) => !isFirst(row)), ({ zh, zhDo }) => [zh, zhDo]))
      if (id.endsWith('/words/en/first.json')) return joined(asWords(rows, ({ en, enDo }) => [en, enDo]))
      return null
    },
  }
}

/** The workflow as a phone runs it: why a state or a move is there is for whoever reads the table. */
export function leanWorkflow(): Plugin {
  return {
    name: 'buxun-lean-workflow',
    apply: 'build',
    enforce: 'pre',
    transform(code, id) {
      if (!id.endsWith('/shared/workflow.json')) return null
      const { version, moves } = JSON.parse(code) as { version: number; moves: { why?: string }[] }
      return { code: JSON.stringify({ version, moves: moves.map(({ why: _, ...move }) => move) }), map: null }
    },
  }
}
