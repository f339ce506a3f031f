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

/** What of the catalogue of faults is said to people; numbers of protocols are the server's. */
export function leanFaults(): Plugin {
  return {
    name: 'buxun-lean-faults',
    enforce: 'pre',
    transform(code, id) {
      if (!id.endsWith('/shared/faults.json')) return null
      const rows = JSON.parse(code) as Record<string, unknown>[]
      return { code: JSON.stringify(rows.map(({ code, zh, zhDo, en, enDo }) => ({ code, zh, zhDo, en, enDo }))), map: null }
    },
  }
}
