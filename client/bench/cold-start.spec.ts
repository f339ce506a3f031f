// client_cold_start_ratio: from nothing to home out of reach, against the same shell around an empty screen.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { build } from 'vite'
import { App } from '../e2e/pages/app'
import { Origin } from '../e2e/stand/origin'
import { Phone } from '../e2e/stand/phone'
import { root, until } from '../e2e/stand/program'
import { Server } from '../e2e/stand/server'
import { against, leave, quick } from './figures'

/** A phone that has the app stored, and how to know that its first screen can be used. */
interface Started {
  readonly phone: Phone
  readonly origin: Origin
  readonly ready: string
  readonly took: number[]
}

const throttled = 4
const rounds = quick ? 2 : 7

/** Builds the client with an empty screen in home's place. */
async function buildEmpty(): Promise<string> {
  const outDir = mkdtempSync(path.join(tmpdir(), 'buxun-empty-'))
  // Vitest's own setting would bring the frameworks' development code.
  process.env.NODE_ENV = 'production'
  const home = path.join(root, 'client/src/screens/home/Home.vue')
  await build({
    root: path.join(root, 'client'), configFile: path.join(root, 'client/vite.config.ts'), logLevel: 'error', build: { outDir, emptyOutDir: true },
    plugins: [{
      name: 'empty-home', enforce: 'pre',
      resolveId: (source, importer) => (importer && path.resolve(path.dirname(importer), source) === home ? path.join(root, 'client/bench/Empty.vue') : null),
    }],
  })
  return outDir
}

async function install(dist: string, port: number, ready: string): Promise<Started> {
  const origin = new Origin(dist, port)
  const phone = new Phone({ origin: await origin.start() })
  const page = await phone.start()
  await new App(page).signIn('c602', 'buxun-demo-2026')
  await new App(page).light('全部已到中心').waitFor({ timeout: 60_000 })
  await until('the app to be stored', async () => page.evaluate(async () => (await navigator.serviceWorker.ready).active?.state === 'activated'))
  await phone.stop()
  await origin.stop()
  return { phone, origin, ready, took: [] }
}

/** Starts the browser anew and gives the milliseconds from navigation to a screen that can be used. */
async function start({ phone, ready }: Started): Promise<number> {
  const page = await phone.start(null)
  const cdp = await phone.browser.newCDPSession(page)
  await cdp.send('Emulation.setCPUThrottlingRate', { rate: throttled })
  await page.addInitScript((selector) => {
    const look = new MutationObserver(() => {
      if (document.querySelector(selector) === null) return
      look.disconnect()
      // Usable: it is there, and the page has nothing else to do before it would answer.
      requestIdleCallback(() => Object.assign(window, { usableAt: performance.now() }))
    })
    look.observe(document, { childList: true, subtree: true })
  }, ready)
  await phone.open()
  const took = await until('the first screen', async () => page.evaluate(() => (window as { usableAt?: number }).usableAt))
  await phone.stop()
  return took
}

describe('a cold start out of reach', () => {
  const server = new Server()
  const made: Started[] = []
  const folders: string[] = []

  beforeAll(async () => {
    await server.start()
    folders.push(await buildEmpty())
    made.push(await install(path.join(root, 'client/dist'), server.port, '.shutter'), await install(folders[0] ?? '', server.port, 'nav .tab'))
    await server.stop()
  }, 240_000)

  afterAll(async () => {
    for (const { phone } of made) await phone.remove()
    for (const folder of folders) rmSync(folder, { recursive: true })
    await server.remove()
  })

  it('is measured in turns', async () => {
    const [home, empty] = made
    for (let round = 0; round <= rounds; round++) {
      for (const one of made) {
        const took = await start(one)
        if (round > 0) one.took.push(took)
      }
    }
    leave('cold-start', {
      client_cold_start_ratio: against(home?.took ?? [], empty?.took ?? [], 'ms', `home with its cases, CPU ${throttled}x throttled, medians of ${rounds}, browser started anew each time`),
    })
  }, 600_000)
})
