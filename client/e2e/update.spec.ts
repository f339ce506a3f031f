// A new version comes while people work: it waits for a safe moment, takes nothing with it, and the app starts out of reach
// before, between and after.
import { rmSync } from 'node:fs'
import path from 'node:path'
import type { Page } from 'playwright-core'
import { App } from './pages/app'
import { Report } from './pages/report'
import { photo } from './stand/camera'
import { held, look, versionOf } from './stand/install'
import { look as picture } from './stand/look'
import { buildVersion, Origin } from './stand/origin'
import { Phone } from './stand/phone'
import { pictureFailures } from './stand/picture'
import { aMoment, root, until } from './stand/program'
import { Server } from './stand/server'
import { hashOf, servedHash } from './stand/traffic'
import { Wire } from './stand/wire'

const password = 'buxun-demo-2026'
const notice = '新版本已就绪'

/** A page that was loaded anew does not know that it was marked. */
const mark = (page: Page) => page.evaluate(() => void Object.assign(window, { marked: true }))
const marked = (page: Page) => page.evaluate(() => 'marked' in window)
const isNew = (page: Page) => until('the page to come back', async () => !(await marked(page)))

describe('a new version', () => {
  const server = new Server()
  const wire = new Wire()
  const now = path.join(root, 'client/dist')
  let next = ''
  let origin: Origin
  let phone: Phone

  pictureFailures(() => ({ phone }))

  beforeAll(async () => {
    next = await buildVersion('next')
    await server.start()
    origin = new Origin(now, server.port)
    await origin.start()
    await wire.start(origin.port)
    phone = new Phone({ origin: wire.origin })
    const page = await phone.start()
    await new App(page).signIn('c601', password)
    await page.evaluate(async () => void (await navigator.serviceWorker.ready))
    await new App(page).light('全部已到中心').waitFor({ timeout: 60_000 })
  }, 240_000)

  afterAll(async () => {
    await phone?.remove()
    await origin?.stop()
    wire.stop()
    await server.remove()
    if (next) rmSync(next, { recursive: true })
  })

  it('is not stored where the line breaks or a network answers in its place: the present one goes on, out of reach too', async () => {
    const { page } = phone
    await mark(page)
    origin.dist = next
    origin.portal = /assets[/\\].*\.js$/
    expect(await look(page)).toBe(false)
    origin.portal = null
    await wire.mode({ match: 'GET /assets', cutAfterUp: 400, cutTimes: -1 })
    expect(await look(page)).toBe(false)
    await wire.away()
    await page.reload()
    expect(await versionOf(page)).not.toContain('next')
    expect(await page.getByText(notice).count()).toBe(0)
    await wire.mode({})
  })

  it('L1: waits while a record is made; then a draft with photos and unsent records are there as they were, and go', async () => {
    const { page } = phone
    const app = new App(page)
    const report = new Report(page)
    await app.go('首页')
    await report.open()
    await report.choose('系统相机', photo('street-car-gps.jpg'))
    await mark(page)
    expect(await look(page)).toBe(true)
    // Nothing says so here, and nothing happens.
    await wire.away()
    const first = await report.save('暴露垃圾', '更新前报的第一件')
    await report.choose('相册', photo('phone-orientation-6.jpg'))
    const second = await report.save('道路不洁', '更新前报的第二件')
    await report.choose('相册', photo('square-no-gps.jpg'), photo('phone-orientation-3-gps.jpg'))
    await page.getByRole('button', { name: '下一步' }).click()
    await page.getByRole('textbox', { name: '描述' }).fill('写到一半来了新版本')
    expect(await page.getByText(notice).count()).toBe(0)
    await aMoment()
    expect(await marked(page)).toBe(true)

    await app.go('首页')
    await page.getByText(notice).waitFor()
    await picture(page, 'phone-update')
    expect(await marked(page)).toBe(true)
    const before = await held(page)
    expect(before.operations).toHaveLength(2)
    expect(before.drafts).toHaveLength(1)
    expect(before.bytes?.length).toBeGreaterThanOrEqual(8)
    await page.getByRole('button', { name: '更新', exact: true }).click()
    await isNew(page)
    await app.light('待传').waitFor()
    expect(await held(page)).toEqual(before)
    expect(await versionOf(page)).toContain('next')
    expect(await page.getByText(notice).count()).toBe(0)

    await app.go('首页')
    await page.getByText('接着写').first().click()
    await until('the words', async () => (await page.getByRole('textbox', { name: '描述' }).inputValue()) === '写到一半来了新版本')
    await until('both photos', async () => (await report.thumbnails().count()) === 2)
    await wire.mode({})
    const third = await report.save('非法小广告', '更新后写完的')
    await app.light('全部已到中心').waitFor({ timeout: 60_000 })
    for (const name of ['street-car-gps.jpg', 'phone-orientation-6.jpg', 'square-no-gps.jpg', 'phone-orientation-3-gps.jpg']) {
      expect(await servedHash(phone.browser, server.origin, hashOf(photo(name)))).toBe(hashOf(photo(name)))
    }
    await app.go('案卷')
    for (const short of [first, second, third]) await page.getByRole('list', { name: '案卷列表' }).getByText(short).waitFor()
  })

  it('waits for every page of the phone: while one writes, none is taken away from under it', async () => {
    const { page } = phone
    await new App(page).go('首页')
    const writer = await phone.browser.newPage()
    await writer.goto(wire.origin)
    await new Report(writer).open()
    await new Report(writer).choose('相册', photo('street-gps.jpg'))
    await Promise.all([mark(page), mark(writer)])
    origin.dist = now
    expect(await look(page)).toBe(true)
    await page.getByRole('button', { name: '更新', exact: true }).click()
    await page.getByText('写完就自动更新').waitFor()
    await aMoment()
    expect([await marked(page), await marked(writer)]).toEqual([true, true])
    await new Report(writer).save('暴露垃圾', '另一页写完了')
    await new App(writer).go('首页')
    await isNew(page)
    await isNew(writer)
    expect(await versionOf(page)).not.toContain('next')
    await writer.close()
  })

  it('that took over beside a page in the middle of a record leaves it what it has not loaded yet, and its time', async () => {
    const { page } = phone
    await new App(page).go('首页')
    await new Report(page).open()
    await new Report(page).choose('相册', photo('phone-large-4160x3120.jpg'))
    await mark(page)
    const old = await page.evaluate(async () => {
      const store = await caches.open((await caches.keys()).find((name) => name.includes('precache')) ?? '')
      return (await store.keys()).map(({ url }) => new URL(url).pathname).filter((name) => name.startsWith('/assets/'))
    })
    origin.dist = next
    expect(await look(page)).toBe(true)
    await page.evaluate(async () => {
      const taken = new Promise((resolve) => navigator.serviceWorker.addEventListener('controllerchange', resolve))
      ;(await navigator.serviceWorker.ready).waiting?.postMessage('take-over')
      await taken
    })
    await wire.away()
    const answers = await page.evaluate((paths) => Promise.all(paths.map(async (name) => (await fetch(name)).status)), old)
    expect(new Set(answers)).toEqual(new Set([200]))
    expect(await marked(page)).toBe(true)
    await new Report(page).save('暴露垃圾', '旧页面上写完的')
    await new App(page).go('首页')
    await isNew(page)
    await new App(page).light('待传').waitFor()
    expect(await versionOf(page)).toContain('next')
    await wire.mode({})
    await new App(page).light('全部已到中心').waitFor({ timeout: 60_000 })
  })

  it('takes over by itself in the pocket, not while a comment is half written', async () => {
    const { page } = phone
    await new App(page).go('案卷')
    await page.getByRole('list', { name: '案卷列表' }).getByRole('link').first().click()
    await page.getByRole('button', { name: '留言' }).click()
    await page.getByRole('textbox', { name: '写一句话' }).fill('还没写完')
    await mark(page)
    origin.dist = now
    expect(await look(page)).toBe(true)
    const pocket = (hidden: boolean) => page.evaluate((is) => {
      Object.defineProperty(document, 'hidden', { configurable: true, get: () => is })
      document.dispatchEvent(new Event('visibilitychange'))
    }, hidden)
    await pocket(true)
    await aMoment()
    expect(await marked(page)).toBe(true)
    await page.getByRole('textbox', { name: '写一句话' }).fill('')
    await page.keyboard.press('Escape')
    await isNew(page)
    expect(await versionOf(page)).not.toContain('next')
  })

  it('that was stored before the browser was killed is there at the next start, out of reach, in English too', async () => {
    const english = new Phone({ origin: wire.origin, language: 'en-US' })
    // The words are asked for before there is a worker to keep them, and come when there is one.
    const words = (name: string) => name.includes('/en-field-')
    let come = () => {}
    const worker = new Promise<void>((resolve) => (come = resolve))
    origin.late = [{ match: /^\/sw\.js$/, until: until('the words to be asked for', async () => origin.asked.some(words)) }, { match: /\/en-field-/, until: worker }]
    const page = await english.start()
    await page.getByRole('textbox', { name: 'Account' }).fill('c602')
    await page.getByLabel('Password', { exact: true }).fill(password)
    await page.getByRole('button', { name: 'Sign in', exact: true }).click()
    await page.getByRole('link', { name: 'Report', exact: true }).click()
    await page.evaluate(async () => {
      if (!navigator.serviceWorker.controller) await new Promise((resolve) => navigator.serviceWorker.addEventListener('controllerchange', resolve))
    })
    come()
    await page.getByRole('button', { name: 'Next' }).waitFor()
    await until('the English words to be kept', async () =>
      page.evaluate(async () => (await (await caches.open('later')).keys()).some(({ url }) => url.includes('/en-field-'))))
    origin.late = []
    origin.dist = next
    expect(await look(page)).toBe(true)
    await wire.away()
    await english.kill()
    // It is loaded anew by itself as soon as it may, before or after everything of it is there.
    const again = await english.start(null)
    await again.goto(wire.origin, { waitUntil: 'commit' })
    await again.getByRole('link', { name: 'Me', exact: true }).click()
    await until('the new version', async () => (await again.locator('.version').innerText()).includes('next'))
    await again.reload()
    await again.getByRole('link', { name: 'Home', exact: true }).click()
    await again.getByRole('link', { name: 'Report', exact: true }).click()
    await again.getByRole('button', { name: 'Next' }).waitFor()
    await english.remove()
    await wire.mode({})
  })
})
