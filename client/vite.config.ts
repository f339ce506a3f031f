import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'vite'
import { alias } from './build/paths.ts'
import { shell } from './build/shell.ts'
import { version } from './package.json'

const server = process.env.BUXUN_SERVER ?? 'http://localhost:8080'

export default defineConfig({
  plugins: [vue({ features: { optionsAPI: false } }), shell({ worker: 'src/worker/sw.ts', budget: 120_000, later: [/assets\/(map|charts)-/] })],
  // Dexie's build without the code for browsers below our floor.
  resolve: { alias: { ...alias, dexie: 'dexie/dist/modern/dexie.min.mjs' } },
  define: { __VERSION__: JSON.stringify(version) },
  build: {
    // The browser floor (README): iOS 16.4, Chromium 94.
    target: 'es2022',
    outDir: 'dist',
    emptyOutDir: true,
    // Strict CSP: nothing inline, neither the preload polyfill nor small assets.
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    reportCompressedSize: false,
  },
  worker: { format: 'es' },
  server: {
    fs: { allow: ['..'] },
    proxy: { '/api': server, '/sync': { target: server, ws: true }, '/photos': server, '/uploads': server },
  },
})
