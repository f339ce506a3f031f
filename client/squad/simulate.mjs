// Runs main.ts as it is: vite reads the TypeScript and knows the names of the shared folders.
import { fileURLToPath } from 'node:url'
import { createServer, createServerModuleRunner } from 'vite'

const here = (path) => fileURLToPath(new URL(path, import.meta.url))
const server = await createServer({
  root: here('../'), configFile: false, appType: 'custom', logLevel: 'error', optimizeDeps: { noDiscovery: true },
  resolve: { alias: { '@shared': here('../../shared'), '@sync': here('../../sync') } },
  server: { middlewareMode: true, ws: false, watch: null, fs: { allow: [here('../../')] } },
})
const runner = createServerModuleRunner(server.environments.ssr, { hmr: false })
try {
  const { main } = await runner.import('/squad/main.ts')
  process.exitCode = await main()
} catch (error) {
  process.stderr.write(`simulate: ${error instanceof Error ? (error.stack ?? error.message) : error}\n`)
  process.exitCode = 2
}
// Whatever still holds the process has nothing more to do.
process.exit()
