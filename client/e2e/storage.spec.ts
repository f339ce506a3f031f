// How much room there is, said before it ends, and what happens when it does: nothing is lost, nothing pretends to be saved.
import type { Page } from 'playwright-core'
import { App } from './pages/app'
import { Report } from './pages/report'
import { film, photo } from './stand/camera'
import { look } from './stand/look'
import { Phone } from './stand/phone'
import { pictureFailures } from './stand/picture'
import { until } from './stand/program'
import { Server } from './stand/server'
import { hashOf, servedHash } from './stand/traffic'
import { Wire } from './stand/wire'

const password = 'buxun-demo-2026'

/** What the browser says of its room from now on, in bytes; Chromium always says that there is plenty. */
async function say(page: Page, used: number, quota: number): Promise<void> {
  const told = { used, quota }
  await page.context().addInitScript(({ used: usage, quota }) => {
    navigator.storage.estimate = async () => ({ usage, quota })
  }, told)
  await page.reload()
}

describe('storage', () => {
  const server = new Server()
  const wire = new Wire()
  let phone: Phone

  pictureFailures(() => ({ phone }))

  beforeAll(async () => {
    await server.start()
    await wire.start(server.port)
    phone = new Phone({ origin: wire.origin, camera: film('street-gps.jpg') })
    const page = await phone.start()
    await new App(page).signIn('c601', password)
    await new App(page).light('全部已到中心').waitFor({ timeout: 60_000 })
  })

  afterAll(async () => {
    await phone?.remove()
    wire.stop()
    await server.remove()
  })

  const row = (page: Page, name: string) => page.getByRole('region', { name: '里面有什么' }).locator('div', { hasText: name }).last()
  async function toStorage(page: Page): Promise<void> {
    await new App(page).go('我的')
    await page.getByRole('link', { name: '存储空间' }).click()
    await page.getByRole('region', { name: '里面有什么' }).waitFor()
  }

  it('ask 4: the browser is asked to keep it, and its answer is shown, yes or no', async () => {
    const { page } = phone
    await toStorage(page)
    const keeps = page.getByRole('region', { name: '会不会被清理' })
    await keeps.getByRole('button', { name: '请浏览器不要清理' }).click()
    await keeps.getByRole('alert').filter({ hasText: '浏览器没有答应' }).waitFor()
    const cdp = await phone.browser.newCDPSession(page)
    await cdp.send('Browser.setPermission', { permission: { name: 'persistent-storage' }, setting: 'granted', origin: wire.origin })
    await keeps.getByRole('button', { name: '请浏览器不要清理' }).click()
    await keeps.getByText('浏览器答应不清理这里的数据').waitFor()
  })

  it('L8: it says what is unsent and what is unfinished, and clears only what the centre has', async () => {
    const { page } = phone
    const app = new App(page)
    await app.go('首页')
    const report = new Report(page)
    await report.open()
    await report.choose('系统相机', photo('street-car-gps.jpg'))
    await report.save('暴露垃圾', '先到中心的一件')
    await app.light('全部已到中心').waitFor({ timeout: 60_000 })
    await wire.away()
    await report.choose('相册', photo('phone-orientation-6.jpg'))
    await report.save('道路不洁', '还没到中心的一件')
    await report.choose('相册', photo('square-no-gps.jpg'))

    await toStorage(page)
    await row(page, '还没到中心的').getByText('1 条记录').waitFor()
    await row(page, '没写完的').getByText('1 份，1 张照片').waitFor()
    await row(page, '手机还留着的照片').getByText('1 张').waitFor()
    await page.getByRole('button', { name: /清掉中心已有的/ }).click()
    const dialog = page.getByRole('dialog', { name: '清掉中心已有的照片' })
    await dialog.getByText(/删除 1 张自己拍的和 \d+ 张看过的/).waitFor()
    await look(page, 'phone-storage-clear')
    await dialog.getByRole('button', { name: /^删除/ }).click()
    await page.getByRole('status').filter({ hasText: '清出了' }).waitFor()
    await row(page, '手机还留着的照片').getByText('0 张').waitFor()
    await row(page, '还没到中心的').getByText('1 条记录').waitFor()
    await row(page, '没写完的').getByText('1 份，1 张照片').waitFor()
    await wire.mode({})
    await app.light('全部已到中心').waitFor({ timeout: 60_000 })
    const hash = hashOf(photo('phone-orientation-6.jpg'))
    expect(await servedHash(phone.browser, server.origin, hash)).toBe(hash)
  })

  it('warns at home and at the shutter before the phone is full, with a number that people know', async () => {
    const { page } = phone
    const app = new App(page)
    expect(await page.getByText('手机快满了').count()).toBe(0)
    await say(page, 300_000_000, 420_000_000)
    await app.go('首页')
    await page.getByRole('status').filter({ hasText: '手机快满了，大约还能存 30 张照片' }).waitFor()
    await look(page, 'phone-home-low')
    await new Report(page).open()
    await page.getByRole('status').filter({ hasText: '手机快满了，大约还能存 30 张照片' }).waitFor()
    await look(page, 'phone-capture-low')
    await page.getByRole('link', { name: '去看看' }).click()
    await page.getByText('浏览器说还能用 120 MB，大约再存 30 张照片').waitFor()
    await page.getByText('不要清除浏览器的数据').waitFor()
    await look(page, 'phone-storage-low')
    await say(page, 300_000_000, 6_000_000_000)
    await app.go('首页')
    await page.getByRole('link', { name: '拍照上报' }).waitFor()
    expect(await page.getByText('手机快满了').count()).toBe(0)
  })

  it('L1: full while a photo and a record are saved: it says so, keeps what there is, and saves it once there is room', async () => {
    // Chromium remembers for a while how much room there was: the room ends before the app opens its storage.
    await phone.stop()
    const page = await phone.start(null)
    const cdp = await phone.browser.newCDPSession(page)
    const room = (quotaSize?: number) => cdp.send('Storage.overrideQuotaForOrigin', { origin: wire.origin, ...(quotaSize !== undefined && { quotaSize }) })
    await room(1)
    await page.goto(wire.origin)
    const app = new App(page)
    const report = new Report(page)
    await report.open()
    await page.getByLabel('系统相机').setInputFiles(photo('phone-large-4160x3120.jpg'))
    await page.getByRole('alert').filter({ hasText: '存储空间满了' }).waitFor()
    await page.getByText('1 张照片还没存下').waitFor()
    expect(await report.thumbnails().count()).toBe(0)
    await look(page, 'phone-capture-full')
    await app.go('首页')
    await page.getByRole('status').filter({ hasText: '手机满了' }).waitFor()
    await app.go('首页')
    await report.open()
    await room()
    // The photo was not in storage and was never said to be: it is still in the page that took it.
    await page.getByRole('button', { name: '再存一次' }).click()
    await until('the photo', async () => (await report.thumbnails().count()) === 1)
    const short = await report.save('暴露垃圾', '腾出空间后再存')
    await app.light('全部已到中心').waitFor({ timeout: 60_000 })
    expect(await servedHash(phone.browser, server.origin, hashOf(photo('phone-large-4160x3120.jpg')))).not.toBeNull()
    await app.go('案卷')
    await page.getByRole('list', { name: '案卷列表' }).getByText(short).waitFor()
    await app.go('首页')
    expect(await page.getByText('手机满了').count()).toBe(0)
  })
})

describe.each([
  { where: 'phone', desktop: false },
  { where: 'desk', desktop: true },
])('the storage page on the $where', ({ where, desktop }) => {
  const server = new Server()
  const phones: Phone[] = []

  afterAll(async () => {
    for (const phone of phones) await phone.remove()
    await server.remove()
  })

  it('reads in both languages and every theme', async () => {
    await server.start()
    for (const [language, theme] of [['zh-CN', 'day'], ['zh-CN', 'sun'], ['en-US', 'night']] as const) {
      const phone = new Phone({ origin: server.origin, desktop, language })
      phones.push(phone)
      const page = await phone.start()
      await page.evaluate((name) => localStorage.setItem('buxun.theme', name), theme)
      await page.locator('#login').fill('c602')
      await page.locator('#password').fill(password)
      await page.locator('button[type=submit]').click()
      await page.getByRole('navigation').waitFor()
      await page.goto(`${server.origin}/storage`)
      await page.getByRole('progressbar').waitFor()
      await until('what is in it', async () => (await page.locator('dl > div').count()) >= 5)
      await look(page, `${where}-storage-${language}-${theme}`)
    }
  })
})
