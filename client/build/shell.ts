import { createHash } from 'node:crypto'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join, relative, resolve, sep } from 'node:path'
import { promisify } from 'node:util'
import { brotliCompress, constants, gzipSync } from 'node:zlib'
import { build, type Plugin, type ResolvedConfig, type Rollup } from 'vite'

/** One file that the service worker stores at install. A null revision means that the name holds a content hash. */
interface ShellFile {
  url: string
  revision: string | null
  /** Of what the file must hold: a page that a network shows to sign in, or a server that changed meanwhile, is not stored for it. */
  integrity: string
}

interface ShellOptions {
  /** Source of the service worker; it reads the list as `__SHELL__`. */
  worker: string
  /** Ceiling in bytes, gzip, of the JavaScript that the first paint of a first visit needs. */
  budget: number
  /** Files that are fetched and kept when they are first used instead of at install; the worker reads them as `__LATER__`. */
  later: RegExp[]
}

/** Never stored: the worker itself, the file that keeps dist/ in git, source maps, the icons that the system asks for. */
const apart = /^(sw\.js|\.keep)$|\.map$|^icons\//

/**
 * Lists what the app needs to start offline, builds the service worker with that list in it as dist/sw.js,
 * and fails the build when the first visit's JavaScript is over its budget.
 */
export function shell(options: ShellOptions): Plugin {
  let config: ResolvedConfig
  let laterStyles: ReadonlySet<string> = new Set()
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
      const torn = needsLater(bundle, options.later)
      if (torn !== '') this.error(`${torn}, which is not stored at install: out of reach it would not start`)
      laterStyles = stylesOfLater(bundle, options.later)
      this.info(`first visit: ${(bytes / 1000).toFixed(1)} kB of JavaScript, gzip`)
    },
    async closeBundle() {
      const dist = resolve(config.root, config.build.outDir)
      const names = (await listFiles(dist)).filter((name) => !apart.test(name))
      const isLater = (name: string) => laterStyles.has(name) || options.later.some((pattern) => pattern.test(name))
      const shell = await Promise.all(names.filter((name) => !isLater(name)).map((name) => shellFile(dist, name)))
      await buildWorker(config, options.worker, shell, names.filter(isLater).map((name) => `/${name}`))
      await Promise.all((await listFiles(dist)).filter((name) => /\.(js|css|html|svg|webmanifest)$/.test(name)).map((name) => tighten(join(dist, name))))
    },
  }
}

/** The styles that only such scripts bring as are left for later: their own names do not tell. */
function stylesOfLater(bundle: Rollup.OutputBundle, later: readonly RegExp[]): Set<string> {
  const chunks = Object.values(bundle).filter((file) => file.type === 'chunk')
  const stylesOf = (wanted: boolean) =>
    chunks.filter(({ fileName }) => later.some((pattern) => pattern.test(fileName)) === wanted).flatMap(({ viteMetadata }) => [...(viteMetadata?.importedCss ?? [])])
  const shared = new Set(stylesOf(false))
  return new Set(stylesOf(true).filter((name) => !shared.has(name)))
}

/** What of the shell cannot start without a file that is left for later; '' where nothing is. */
function needsLater(bundle: Rollup.OutputBundle, later: readonly RegExp[]): string {
  const isLater = (name: string) => later.some((pattern) => pattern.test(name))
  for (const file of Object.values(bundle)) {
    const missing = file.type === 'chunk' && !isLater(file.fileName) ? file.imports.find(isLater) : undefined
    if (missing !== undefined) return `${file.fileName} needs ${missing}`
  }
  return ''
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

/** Every file below a folder, by its path from there, in order. */
async function listFiles(dist: string): Promise<string[]> {
  const entries = await readdir(dist, { recursive: true, withFileTypes: true })
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(dist, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .sort()
}

async function shellFile(dist: string, name: string): Promise<ShellFile> {
  const digest = createHash('sha256').update(await readFile(join(dist, name))).digest()
  const revision = name.startsWith('assets/') ? null : digest.toString('hex').slice(0, 16)
  return { url: `/${name}`, revision, integrity: `sha256-${digest.toString('base64')}` }
}

/** Writes a file's brotli form beside it: a sixth fewer bytes than gzip on the thin lines that phones have (server/web sends it). */
async function tighten(file: string): Promise<void> {
  const text = await readFile(file)
  const tight = await promisify(brotliCompress)(text, { params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: text.length } })
  if (tight.length < text.length) await writeFile(`${file}.br`, tight)
}

async function buildWorker(config: ResolvedConfig, worker: string, files: ShellFile[], later: string[]): Promise<void> {
  await build({
    configFile: false,
    root: config.root,
    mode: config.mode,
    logLevel: 'warn',
    publicDir: false,
    resolve: { alias: config.resolve.alias },
    define: { __SHELL__: JSON.stringify(files), __LATER__: JSON.stringify(later), 'process.env.NODE_ENV': JSON.stringify('production') },
    build: {
      outDir: config.build.outDir,
      emptyOutDir: false,
      target: config.build.target,
      lib: { entry: join(config.root, worker), formats: ['iife'], name: 'buxunWorker', fileName: () => 'sw.js' },
    },
  })
}
