// What is not stored at install is kept from its first use on: who reads English reads it out of reach too.
import { Phone } from './stand/phone'
import { until } from './stand/program'
import { Server } from './stand/server'
import { Wire } from './stand/wire'

describe('files that are fetched later', () => {
  const server = new Server()
  const wire = new Wire()
  let phone: Phone

  beforeAll(async () => {
    await server.start()
    await wire.start(server.port)
    phone = new Phone({ origin: wire.origin })
  })

  afterAll(async () => {
    await phone?.remove()
    wire.stop()
    await server.remove()
  })

  it('are there out of reach once they were used, and only then', async () => {
    const page = await phone.start()
    await page.evaluate(async () => {
      localStorage.setItem('buxun.language', 'en')
      await navigator.serviceWorker.ready
    })
    const kept = () => page.evaluate(async () => (await (await caches.open('later')).keys()).map(({ url }) => new URL(url).pathname))
    expect(await kept()).toEqual([])
    await page.reload()
    await page.getByRole('textbox', { name: 'Account' }).waitFor()
    await page.getByLabel('Password', { exact: true }).fill('buxun-demo-2026')
    await page.getByRole('textbox', { name: 'Account' }).fill('c602')
    await page.getByRole('button', { name: 'Sign in', exact: true }).click()
    await page.getByRole('navigation').waitFor()
    await until('the English words to be kept', async () => (await kept()).some((path) => path.includes('/en-field-')))
    expect((await kept()).filter((path) => !path.startsWith('/assets/en-'))).toEqual([])
    await wire.away()
    await page.reload()
    await page.getByRole('link', { name: 'Report', exact: true }).waitFor()
    await page.getByRole('link', { name: 'Report', exact: true }).click()
    await page.getByRole('button', { name: 'Next' }).waitFor()
  })

  it('are kept although they were used before there was a worker to keep them', async () => {
    await wire.mode({})
    const english = new Phone({ origin: wire.origin, language: 'en-US' })
    const page = await english.start()
    await page.getByRole('textbox', { name: 'Account' }).waitFor()
    await until('the first English words to be kept', async () =>
      page.evaluate(async () => (await (await caches.open('later')).keys()).some(({ url }) => url.includes('/en-first-'))))
    await wire.away()
    await page.reload()
    await page.getByRole('textbox', { name: 'Account' }).waitFor()
    await english.remove()
    await wire.mode({})
  })
})
