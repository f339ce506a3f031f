// What filing costs a collector: taps, seconds and memory, counted in a real browser with a camera.
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import type { Locator, Page } from 'playwright-core'
import { App } from './pages/app'
import { Report } from './pages/report'
import { film, photo, shots } from './stand/camera'
import { Phone } from './stand/phone'
import { pictureFailures } from './stand/picture'
import { root } from './stand/program'
import { Server } from './stand/server'
import { hashOf, servedHash } from './stand/traffic'
import { Wire } from './stand/wire'

const password = 'buxun-demo-2026'

/** A hand looks before it taps: so long between two taps, in milliseconds. */
const handMs = 900
const selfHandledMs = 10_000
/** What one page may hold while twenty-five photos of some 3 MB are taken in, in bytes (ask 11). */
const mostBytes = 600 << 20

describe('what filing costs', () => {
  const server = new Server()
  const wire = new Wire()
  let phone: Phone
  let desk: Phone
  pictureFailures(() => ({ phone, desk }))

  const light = (text: string) => new App(phone.page).light(text).waitFor({ timeout: 60_000 })

  beforeAll(async () => {
    await server.start()
    await wire.start(server.port)
    phone = new Phone({ origin: wire.origin, camera: film('street-gps.jpg', 'square-no-gps.jpg', 'street-car-gps.jpg') })
    desk = new Phone({ origin: server.origin, desktop: true })
    await new App(await phone.start()).signIn('c603', password)
    await light('全部已到中心')
    await phone.page.evaluate(async () => {
      await navigator.serviceWorker.ready
    })
    await wire.away()
  })

  afterAll(async () => {
    await phone?.remove()
    await desk?.remove()
    wire.stop()
    await server.remove()
  })

  it('ask 25: home to saved case in four taps, out of reach: shutter, snap, chip, save', async () => {
    const { page } = phone
    const taps = await tapCounter(page)
    const from = Date.now()
    await page.getByRole('link', { name: '拍照上报' }).tap()
    await shutter(page).tap()
    await quickChip(page).tap()
    await page.getByRole('button', { name: '保存上报' }).tap()
    const short = await new Report(page).saved()
    expect(Date.now() - from).toBeLessThan(6000)
    expect(await taps()).toBe(4)
    await new App(page).go('案卷')
    const row = page.getByRole('list', { name: '案卷列表' }).getByRole('link').filter({ hasText: short })
    await row.locator('img').waitFor()
  })

  it('ask 11: a thumb that is quicker than the storage never has more than six pictures in memory, and all of them are stored', async () => {
    const { page } = phone
    await new App(page).go('首页')
    const report = new Report(page)
    await report.open()
    await shutter(page).waitFor()
    await page.evaluate(() => {
      const counted = Object.assign(window, { most: 0 })
      const look = () => (counted.most = Math.max(counted.most, document.querySelectorAll('ul[aria-label="照片"] > li').length))
      new MutationObserver(look).observe(document.body, { childList: true, subtree: true })
      const button = document.querySelector<HTMLButtonElement>('button[aria-label="拍照"]')
      for (let tap = 0; tap < 40; tap++) button?.click()
    })
    await report.thumbnails().first().waitFor() // pictures of one instant may be the same bytes, and one photo
    await expect.poll(async () => (await report.thumbnails().count()) - (await report.thumbnails().locator('img').count()), { timeout: 15_000 }).toBe(0)
    await shutter(page).waitFor()
    // One may stand there twice for a moment, stored already and still on its way.
    expect(await page.evaluate(() => (window as unknown as { most: number }).most)).toBeLessThanOrEqual(7)
    await report.save('暴露垃圾', '手快的一件')
  })

  it('a self-handled case in less than ten seconds at the pace of a hand', async () => {
    const { page } = phone
    await new App(page).go('首页')
    const taps = await tapCounter(page)
    const hand = async (target: Locator) => {
      await target.waitFor()
      await pause(handMs)
      await target.tap()
    }
    const from = Date.now()
    await hand(page.getByRole('link', { name: '随手处置', exact: true }))
    await hand(shutter(page))
    await page.getByRole('button', { name: '处置后 0' }).and(page.locator('[aria-pressed=true]')).waitFor()
    await page.getByRole('slider', { name: '处置前影子的深浅' }).waitFor()
    await hand(shutter(page))
    await hand(quickChip(page))
    await hand(page.getByRole('button', { name: '保存处置' }))
    await new Report(page).saved()
    const took = Date.now() - from
    console.log(`self-handled: ${took} ms, of these ${5 * handMs} ms of a hand`)
    expect(took).toBeLessThan(selfHandledMs)
    expect(await taps()).toBe(5)
  })

  it('ask 11: twenty-five photos in one case in bounded memory; deleted, moved and all at the leader\'s', async () => {
    const { page } = phone
    await new App(page).go('首页')
    const report = new Report(page)
    await report.open()
    phone.memory.forget()
    await report.choose('相册', ...shots('phone-large-4160x3120.jpg', 25))
    expect(await report.thumbnails().count()).toBe(25)
    const most = phone.memory.most()
    console.log(`25 photos: the page held at most ${Math.round(most / (1 << 20))} MB`)
    expect(most).toBeLessThan(mostBytes)

    const picture = (nth: number) => report.thumbnails().nth(nth).locator('img').getAttribute('src')
    const [first, second] = [await picture(0), await picture(1)]
    await page.getByRole('button', { name: '看第 1 张照片' }).click()
    await page.getByRole('dialog').getByRole('button', { name: '往后挪' }).click()
    await expect.poll(() => picture(1), { timeout: 15_000 }).toBe(first)
    expect(await picture(0)).toBe(second)
    await page.getByRole('dialog').getByRole('button', { name: '删除这张照片' }).click()
    await expect.poll(() => report.thumbnails().count(), { timeout: 15_000 }).toBe(24)

    const short = await report.save('暴露垃圾', '二十四张照片的一件')
    await wire.mode({})
    await light('全部已到中心')
    await new App(await desk.start()).signIn('l6', password)
    await new App(desk.page).go('审核')
    await desk.page.getByRole('list', { name: '待审核' }).getByText(short).click()
    await desk.page.getByText('1/24', { exact: true }).filter({ visible: true }).first().waitFor()
  })

  it('ask 25: a stamped copy beside the original as it was taken, at the place of the live fix and not of the file', async () => {
    const { page } = phone
    await new App(page).go('首页')
    const report = new Report(page)
    await report.open()
    const file = photo('street-gps.jpg') // its EXIF says another continent
    await report.choose('系统相机', file)
    await report.save('非法小广告', '带水印的一件')
    await light('全部已到中心')
    await page.getByRole('link', { name: '看案卷' }).click()
    await page.getByText('27.87120, 113.08350').waitFor()
    await page.getByRole('region', { name: '照片' }).getByRole('button').first().click()
    await page.getByRole('button', { name: '带水印的一份' }).click()
    const coming = page.waitForEvent('download')
    await page.getByRole('dialog', { name: '带水印的照片' }).getByRole('link', { name: '存到手机' }).click()
    const copy = readFileSync(await (await coming).path())
    expect(copy.subarray(0, 3)).toEqual(Buffer.from([0xff, 0xd8, 0xff]))
    expect(copy.includes('Exif')).toBe(false)
    expect(copy).not.toEqual(readFileSync(file))
    expect(await servedHash(phone.browser, wire.origin, hashOf(file))).toBe(hashOf(file))
    await page.getByRole('dialog', { name: '带水印的照片' }).screenshot({ path: path.join(root, '.stamps/e2e/stamped-copy.png') })
    await page.keyboard.press('Escape')
    await page.keyboard.press('Escape')
  })

  it('a photo is taken again in its place', async () => {
    const { page } = phone
    await new App(page).go('首页')
    const report = new Report(page)
    await report.open()
    await report.snap()
    await report.choose('相册', ...shots('street-car-gps.jpg', 1))
    const picture = (nth: number) => report.thumbnails().nth(nth).locator('img').getAttribute('src')
    const [first, second] = [await picture(0), await picture(1)]
    await page.getByRole('button', { name: '看第 1 张照片' }).click()
    await page.getByRole('dialog').getByRole('button', { name: '重拍这张' }).click()
    await report.choose('相册', ...shots('square-no-gps.jpg', 0)) // nothing chosen is nothing lost
    await shutter(page).click()
    await expect.poll(() => picture(0), { timeout: 15_000 }).not.toBe(first)
    expect(await picture(1)).toBe(second)
    expect(await report.thumbnails().count()).toBe(2)
  })
})

const shutter = (page: Page): Locator => page.getByRole('button', { name: '拍照', exact: true }).and(page.locator(':enabled'))
const quickChip = (page: Page): Locator => page.getByRole('group', { name: '类别', exact: true }).getByRole('button').first()

/** Counts from here on what a finger tapped. */
async function tapCounter(page: Page): Promise<() => Promise<number>> {
  await page.evaluate(() => {
    const counter = window as unknown as { taps: number; off?: AbortController }
    counter.taps = 0
    counter.off?.abort()
    counter.off = new AbortController()
    document.addEventListener('click', (event) => {
      if (event.isTrusted) counter.taps += 1
    }, { capture: true, signal: counter.off.signal })
  })
  return () => page.evaluate(() => (window as unknown as { taps: number }).taps)
}
