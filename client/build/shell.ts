import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join, relative, resolve, sep } from 'node:path'
import { gzipSync } from 'node:zlib'
import { build, type Plugin, type ResolvedConfig, type Rollup } from 'vite'

/** One file that the service worker stores at install. A null revision means that the name holds a content hash. */
interface ShellFile {
  url: string
  revision: string | null
}

interface ShellOptions {
  /** Source of the service worker; it reads the list as `__SHELL__`. */
  worker: string
  /** Ceiling in bytes, gzip, of the JavaScript that the first paint of a first visit needs. */
  budget: number
  /** Files that are fetched when they are first used instead of at install (map, charts). */
  later: RegExp[]
}

/** Never stored: the worker itself, the file that keeps dist/ in git, source maps. */
const apart = /^(sw\.js|\.keep)$|\.map$/

/**
 * Lists what the app needs to start offline, builds the service worker with that list in it as dist/sw.js,
 * and fails the build when the first visit's JavaScript is over its budget.
 */
export function shell(options: ShellOptions): Plugin {
  let config: ResolvedConfig
  return {
    name: 'buxun-shell',
    apply: 'build',
    configResolved(resolved) {
      config = resolved
    },
    generateBundle(_, bundle) {
      const bytes = firstVisitBytes(bundle)
      if (bytes > options.budget) {
        this.error(`the first visit needs ${bytes} bytes of JavaScript (gzip); the budget is ${options.budget}`)
      }
      this.info(`first visit: ${(bytes / 1000).toFixed(1)} kB of JavaScript, gzip`)
    },
    async closeBundle() {
      const dist = resolve(config.root, config.build.outDir)
      await buildWorker(config, options.worker, await listShell(dist, options.later))
    },
  }
}

/** Gzip size of the entry and of everything that it imports statically. */
function firstVisitBytes(bundle: Rollup.OutputBundle): number {
  const wanted = Object.values(bundle).filter((file) => file.type === 'chunk' && file.isEntry).map((file) => file.fileName)
  const seen = new Set<string>()
  let bytes = 0
  for (let name = wanted.pop(); name !== undefined; name = wanted.pop()) {
    const chunk = bundle[name]
    if (seen.has(name) || chunk?.type !== 'chunk') continue
    seen.add(name)
    bytes += gzipSync(chunk.code, { level: 9 }).length
    wanted.push(...chunk.imports)
  }
  return bytes
}

async function listShell(dist: string, later: RegExp[]): Promise<ShellFile[]> {
  const entries = await readdir(dist, { recursive: true, withFileTypes: true })
  const names = entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(dist, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .filter((name) => !apart.test(name) && !later.some((pattern) => pattern.test(name)))
    .sort()
  return Promise.all(names.map(async (name) => ({ url: `/${name}`, revision: await revisionOf(dist, name) })))
}

async function revisionOf(dist: string, name: string): Promise<string | null> {
  if (name.startsWith('assets/')) return null
  return createHash('sha256').update(await readFile(join(dist, name))).digest('hex').slice(0, 16)
}

async function buildWorker(config: ResolvedConfig, worker: string, files: ShellFile[]): Promise<void> {
  await build({
    configFile: false,
    root: config.root,
    mode: config.mode,
    logLevel: 'warn',
    publicDir: false,
    resolve: { alias: config.resolve.alias },
    define: { __SHELL__: JSON.stringify(files), 'process.env.NODE_ENV': JSON.stringify('production') },
    build: {
      outDir: config.build.outDir,
      emptyOutDir: false,
      target: config.build.target,
      lib: { entry: join(config.root, worker), formats: ['iife'], name: 'buxunWorker', fileName: () => 'sw.js' },
    },
  })
}
