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
