// client_js_kb and client_first_visit_kb: what a collector's first visit fetches, counted as it crosses the wire.
import { Phone } from '../e2e/stand/phone'
import { until } from '../e2e/stand/program'
import { Server } from '../e2e/stand/server'
import { Wire } from '../e2e/stand/wire'
import { leave } from './figures'

interface Script {
  readonly at: number
  bytes: number
}

describe('the first visit', () => {
  const server = new Server()
  const wire = new Wire()

  beforeAll(async () => {
    await server.start()
    await wire.start(server.port)
  })

  afterAll(async () => {
    wire.stop()
    await server.remove()
  })

  it('is counted until its first paint, and until the app is stored for work out of reach', async () => {
    const phone = new Phone({ origin: wire.origin })
    const page = await phone.start('/icons/icon.svg')
    const before = (await wire.stats()).down
    const cdp = await phone.browser.newCDPSession(page)
    await cdp.send('Network.enable')
    const scripts = new Map<string, Script>()
    cdp.on('Network.responseReceived', ({ requestId, type, timestamp }) => {
      if (type === 'Script') scripts.set(requestId, { at: timestamp, bytes: 0 })
    })
    cdp.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => {
      const script = scripts.get(requestId)
      if (script) script.bytes = encodedDataLength
    })
    await page.goto(wire.origin)
    await page.getByRole('button', { name: '登录', exact: true }).waitFor()
    await until('the app to be stored', async () => page.evaluate(async () => (await navigator.serviceWorker.ready).active?.state === 'activated'))
    const paint = await page.evaluate(() => performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? NaN)
    const fetched = await page.evaluate(() => performance.getEntriesByType('resource').filter(({ name }) => name.endsWith('.js')).map(({ name, startTime }) => ({ name, startTime })))
    const { down } = await wire.stats()
    const early = fetched.filter(({ startTime }) => startTime < paint).length
    const js = [...scripts.values()].slice(0, early).reduce((sum, { bytes }) => sum + bytes, 0)
    expect(paint).toBeGreaterThan(0)
    expect(js).toBeGreaterThan(10_000)
    leave('first-visit', {
      client_js_kb: { ours: js / 1000, unit: 'kB', note: `as sent (brotli), ${early} files, until the first paint of the sign-in page` },
      client_first_visit_kb: { ours: (down - before) / 1000, unit: 'kB', note: 'all that came down the wire, headers too, until the app was stored for work out of reach' },
    })
    await phone.remove()
  })
})
