// Ask 14: the line is cut and the browser killed at each step of a change of version, with a draft and a full queue.
import { rmSync } from 'node:fs'
import path from 'node:path'
import type { Page } from 'playwright-core'
import { App } from './pages/app'
import { Report } from './pages/report'
import { photo } from './stand/camera'
import { held, look, versionOf } from './stand/install'
import { buildVersion, Origin } from './stand/origin'
import { Phone } from './stand/phone'
import { pictureFailures } from './stand/picture'
import { aMoment, root, until } from './stand/program'
import { Server } from './stand/server'
import { Wire } from './stand/wire'

const password = 'buxun-demo-2026'
const photos = ['street-car-gps.jpg', 'phone-orientation-6.jpg', 'square-no-gps.jpg']

/** Asks for the new version and does not wait for it. */
const ask = (page: Page) => page.evaluate(() => void navigator.serviceWorker.ready.then((registration) => registration.update()).catch(() => undefined))

describe('ask 14: a new version', () => {
  const server = new Server()
  const wire = new Wire()
  const now = path.join(root, 'client/dist')
  let next = ''
  let origin: Origin
  let phone: Phone
  let before: Record<string, string[]>
  const shorts: string[] = []

  pictureFailures(() => ({ phone }))

  beforeAll(async () => {
    next = await buildVersion('next')
    await server.start()
    origin = new Origin(now, server.port)
    await origin.start()
    await wire.start(origin.port)
    phone = new Phone({ origin: wire.origin })
    const page = await phone.start()
    await new App(page).signIn('c603', password)
    await page.evaluate(async () => void (await navigator.serviceWorker.ready))
    await new App(page).light('全部已到中心').waitFor({ timeout: 60_000 })
    origin.alone = true
    await wire.reset('GET /api/live')
    const report = new Report(page)
    for (const [n, name] of photos.entries()) {
      await new App(page).go('首页')
      await report.open()
      await report.choose('相册', photo(name))
      shorts.push(await report.save('暴露垃圾', `换版本前报的第 ${n + 1} 件`))
    }
    await new App(page).go('首页')
    await report.open()
    await report.choose('相册', photo('phone-orientation-3-gps.jpg'))
    await page.getByRole('button', { name: '下一步' }).click()
    await page.getByRole('textbox', { name: '描述' }).fill('写到一半，版本换了又换')
    await aMoment()
    await new App(page).go('首页')
    before = await held(page)
    expect(before.operations).toHaveLength(3)
    expect(before.drafts).toHaveLength(1)
  }, 240_000)

  afterAll(async () => {
    await phone?.remove()
    await origin?.stop()
    wire.stop()
    await server.remove()
    if (next) rmSync(next, { recursive: true })
  })

  /** The steps of a change of version, each up to the instant at which the line is cut and the browser killed. */
  const steps: readonly (readonly [string, () => string, (page: Page) => Promise<void>])[] = [
    ['its worker is asked for', () => next, async (page) => {
      await wire.mode({ match: 'GET /sw.js', silence: 'down' })
      const from = origin.asked.length
      await ask(page)
      await until('the worker to be asked for', async () => origin.asked.slice(from).includes('/sw.js'))
    }],
    ['its files are on their way', () => next, async (page) => {
      await wire.mode({ match: 'GET /assets', bytesPerSecond: 30_000 })
      const from = origin.asked.length
      await ask(page)
      await until('files to be asked for', async () => origin.asked.slice(from).some((name) => name.startsWith('/assets/')))
      await aMoment()
    }],
    ['it is stored and waits', () => next, async (page) => {
      expect(await look(page)).toBe(true)
    }],
    ['it takes over', () => now, async (page) => {
      await look(page)
      await page.evaluate(async () => (await navigator.serviceWorker.ready).waiting?.postMessage('take-over'))
    }],
    ['the page is loaded anew', () => next, async (page) => {
      await look(page)
      await page.evaluate(async () => (await navigator.serviceWorker.ready).waiting?.postMessage('take-over'))
      await page.reload({ waitUntil: 'commit' }).catch(() => undefined)
    }],
  ]

  it.each(steps)('L1: killed and out of reach while %s: it starts, with the draft and the queue as they were', async (_, version, step) => {
    const { page } = phone
    origin.dist = version()
    await step(page)
    await wire.away()
    await phone.kill()
    const again = await phone.start(null)
    await again.goto(wire.origin, { waitUntil: 'commit' })
    await new App(again).light('待传').waitFor()
    await again.getByRole('link', { name: '拍照上报' }).waitFor()
    await again.getByText('写到一半，版本换了又换').first().waitFor()
    expect(await held(again)).toEqual(before)
    await wire.mode({})
  })

  it('comes to its end afterwards, the draft is read by the version before and the one after, and all that waited goes', async () => {
    const seen = new Set<string>()
    for (const dist of [now, next]) {
      const { page } = phone
      origin.dist = dist
      await look(page)
      await page.evaluate(async () => (await navigator.serviceWorker.ready).waiting?.postMessage('take-over'))
      await until('the version', async () => {
        await page.reload()
        return (await versionOf(page)).includes('next') === (dist === next)
      })
      seen.add(await versionOf(page))
      await new App(page).go('首页')
      await page.getByText('接着写').first().click()
      await until('the words', async () => (await page.getByRole('textbox', { name: '描述' }).inputValue()) === '写到一半，版本换了又换')
      await until('the photo', async () => (await new Report(page).thumbnails().count()) === 1)
      await new App(page).go('首页')
    }
    expect(seen.size).toBe(2)
    origin.alone = false
    const { page } = phone
    await page.reload()
    await new App(page).light('全部已到中心').waitFor({ timeout: 60_000 })
    await new App(page).go('案卷')
    for (const short of shorts) await page.getByRole('list', { name: '案卷列表' }).getByText(short).waitFor()
  })
})
