import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'vite'
import { firstOf } from './build/first.ts'
import { leanExif, leanFaults, leanWorkflow } from './build/lean.ts'
import { alias } from './build/paths.ts'
import { shell } from './build/shell.ts'
import { version } from './package.json'

const server = process.env.BUXUN_SERVER ?? 'http://localhost:8080'

/** Marks what most phones never use: English words, what leaders and administrators ask of the centre. The shell leaves them for later. */
function prefixOf(modules: readonly string[]): string {
  if (modules.some((id) => /\/screens\/day\/Day\.vue$|\/words\/[^/]+\/lead\.json$/.test(id))) return 'lead-'
  if (modules.some((id) => /\/(screens|state)\/office\/|\/screens\/day\/|\/net\/day\.ts|\/net\/office\.ts|\/words\/[^/]+\/office\.json/.test(id))) return 'office-'
  return modules.some((id) => id.includes('/words/en/')) ? 'en-' : ''
}

export default defineConfig({
  plugins: [vue({ features: { optionsAPI: false } }), leanFaults(), leanWorkflow(), shell({ worker: 'src/worker/sw.ts', budget: 120_000, later: [/^assets\/(en|office|lead|map|charts)-/] })],
  // Dexie's build without the code for browsers below our floor.
  resolve: { alias: { ...alias, dexie: 'dexie/dist/modern/dexie.min.mjs' } },
  // A release names itself; the client of a working copy is that of package.json.
  define: { __VERSION__: JSON.stringify(process.env.BUXUN_VERSION ?? version) },
  build: {
    // The browser floor (README): iOS 16.4, Chromium 94.
    target: 'es2022',
    outDir: 'dist',
    emptyOutDir: true,
    // Strict CSP: nothing inline, neither the preload polyfill nor small assets.
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    reportCompressedSize: false,
    rolldownOptions: {
      output: {
        chunkFileNames: (chunk) => `assets/${prefixOf(chunk.moduleIds)}[name]-[hash].js`,
        // What the first paint needs is one file: in a dozen, each begins its compression anew (1.5 kB in all).
        codeSplitting: { groups: [{ name: (id, graph) => (firstOf(graph).has(id) ? 'first' : null) }] },
      },
    },
  },
  worker: { format: 'es', plugins: () => [leanExif()] },
  server: {
    fs: { allow: ['..'] },
    proxy: { '/api': server, '/sync': { target: server, ws: true }, '/photos': server, '/uploads': server },
  },
})
