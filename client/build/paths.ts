import { fileURLToPath } from 'node:url'

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url))

/** The repository's root: tests and sources outside client/ are reached from here. */
export const root = here('../..')

/** Import names of the folders that both languages share, the same in the build, the tests and tsconfig.json. */
export const alias = {
  '@shared': here('../../shared'),
  '@sync': here('../../sync'),
}

/**
 * Packages that files outside client/ may use although nothing resolves from there: test tools, and the hash
 * that tests of the protocol sign with. layout_test.go keeps them out of everything that is not a test.
 */
export const testAlias = {
  'fast-check': here('../node_modules/fast-check'),
  '@noble/hashes': here('../node_modules/@noble/hashes'),
}
