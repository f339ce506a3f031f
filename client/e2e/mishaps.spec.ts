// What goes wrong on the street and in the pocket: every time a clear message, and nothing lost.
import type { Page } from 'playwright-core'
import { App } from './pages/app'
import { Report } from './pages/report'
import { film, photo, shots } from './stand/camera'
import { Phone } from './stand/phone'
import { aMoment, until } from './stand/program'
import { pictureFailures } from './stand/picture'
import { Server } from './stand/server'
import { hashOf, servedHash } from './stand/traffic'
import { Wire } from './stand/wire'

const password = 'buxun-demo-2026'

describe('mishaps', () => {
  const server = new Server()
  const wire = new Wire()
  let phone: Phone
  let desk: Phone

  pictureFailures(() => ({ phone, desk }))

  beforeAll(async () => {
    await server.start()
    await wire.start(server.port)
    phone = new Phone({ origin: wire.origin, camera: film('street-gps.jpg') })
    desk = new Phone({ origin: server.origin, desktop: true })
    await phone.start()
    await desk.start()
  })

  afterAll(async () => {
    await phone?.remove()
    await desk?.remove()
    wire.stop()
    await server.remove()
  })

  const alert = (page: Page, words: string | RegExp) => page.getByRole('alert').filter({ hasText: words }).first().waitFor()
  const light = (text: string) => new App(phone.page).light(text).waitFor({ timeout: 60_000 })
  const inQueue = (short: string) => desk.page.getByRole('list', { name: '待审核' }).getByText(short)

  async function home(): Promise<Report> {
    await new App(phone.page).go('首页')
    const report = new Report(phone.page)
    await report.open()
    return report
  }

  it('L12: a wrong password says so and what to do', async () => {
    const page = phone.page
    await page.getByRole('textbox', { name: '账号' }).fill('c601')
    await page.getByLabel('密码', { exact: true }).fill('not-the-password')
    await page.getByRole('button', { name: '登录', exact: true }).click()
    await alert(page, '账号或密码不对')
    await new App(page).signIn('c601', password)
    await new App(desk.page).signIn('l6', password)
    await light('全部已到中心')
  })

  it('L12: a page named .jpg, a broken photo and an empty file are named as such, and the draft is as before', async () => {
    const report = await home()
    await report.choose('系统相机', photo('street-car-gps.jpg'))
    for (const bad of ['html-named.jpg', 'truncated.jpg', 'zero-bytes.jpg']) {
      await phone.page.getByLabel('相册').setInputFiles(photo(bad))
      await alert(phone.page, '这张照片打不开')
      expect(await report.thumbnails().count()).toBe(1)
    }
    const short = await report.save('暴露垃圾', '坏照片没有影响这一件')
    await inQueue(short).waitFor()
    await light('全部已到中心')
  })

  it('L7: a HEIC is kept as it is even where it cannot be shown', async () => {
    const report = await home()
    await report.choose('相册', photo('phone.heic'))
    const short = await report.save('暴露垃圾', '苹果手机拍的')
    await inQueue(short).waitFor()
    await light('全部已到中心')
    const hash = hashOf(photo('phone.heic'))
    expect(await servedHash(desk.browser, server.origin, hash)).toBe(hash)
    await inQueue(short).click()
    await desk.page.getByText('HEIC 格式在这里看不了').first().waitFor()
  })

  it('L1: what was typed and photographed survives a killed page', async () => {
    const report = await home()
    await report.choose('系统相机', photo('square-no-gps.jpg'))
    await phone.page.getByRole('button', { name: '下一步' }).click()
    await phone.page.getByRole('textbox', { name: '描述' }).fill('写到一半手机没电了')
    await aMoment()
    await phone.kill()
    const page = await phone.start()
    await page.getByText('接着写').first().click()
    const again = new Report(page)
    await again.thumbnails().first().waitFor({ state: 'attached' })
    const next = page.getByRole('button', { name: '下一步' })
    if (await next.isVisible()) await next.click()
    expect(await page.getByRole('textbox', { name: '描述' }).inputValue()).toBe('写到一半手机没电了')
    const chips = page.getByRole('radiogroup', { name: '类别' }).getByRole('radio')
    await chips.first().check({ force: true })
    await page.getByRole('button', { name: '保存上报' }).click()
    await inQueue(await again.saved()).waitFor()
  })

  it('L11: without camera and place a case can still be filed, and the leader sees that the place is missing', async () => {
    await phone.browser.clearPermissions()
    const report = await home()
    await phone.page.getByText('没有相机权限').waitFor()
    await phone.page.getByText('没有定位权限').waitFor()
    await report.choose('系统相机', photo('phone-orientation-6.jpg'))
    await phone.page.getByRole('button', { name: '下一步' }).click()
    await phone.page.getByRole('radiogroup', { name: '类别' }).getByRole('radio').first().check({ force: true })
    await phone.page.getByRole('button', { name: '保存上报' }).click()
    const short = await report.saved()
    await inQueue(short).click()
    await desk.page.getByText('没有定位').first().waitFor()
    await phone.browser.grantPermissions(['camera', 'geolocation'])
  })

  it('L12: storage full while saving says so; the draft stays, and it goes once there is room', async () => {
    // Chromium remembers for half a minute how much room there was: the room ends before the app opens its storage,
    // and where the worker opened it before, photos are taken until there is none left.
    await phone.stop()
    await phone.start('/icons/icon.svg')
    const cdp = await phone.browser.newCDPSession(phone.page)
    await cdp.send('Storage.overrideQuotaForOrigin', { origin: wire.origin, quotaSize: 1 })
    await phone.page.goto(wire.origin)
    const report = await home()
    const full = phone.page.getByRole('alert').filter({ hasText: '存储空间满了' }).first()
    // Each another photo: the same one again would be one photo, and its second coming is not seen.
    const taken = shots('phone-large-4160x3120.jpg', 20)
    const homeless = await until('a photo that finds no room', async () => {
      const shot = taken.shift() ?? ''
      await phone.page.getByLabel('系统相机').setInputFiles(shot)
      return await full.waitFor({ timeout: 3000 }).then(
        () => shot,
        () => null,
      )
    }, 60_000)
    await cdp.send('Storage.overrideQuotaForOrigin', { origin: wire.origin })
    await report.choose('系统相机', homeless)
    const short = await report.save('暴露垃圾', '腾出空间后再存')
    await inQueue(short).waitFor()
    await light('全部已到中心')
  })

  it('a line that answers after two seconds, and one that closes what is idle, bring the record and then the photo', async () => {
    for (const [mode, words] of [[{ latencyMs: 1000 }, '线路很慢'], [{ idleMs: 1500 }, '空闲就断']] as const) {
      await wire.mode(mode)
      await wire.reset('GET /api/live')
      const report = await home()
      await report.choose('系统相机', photo('street-car-gps.jpg'))
      const short = await report.save('暴露垃圾', words)
      await inQueue(short).waitFor({ timeout: 60_000 })
      await light('全部已到中心')
    }
    await until('a connection that was closed for being idle', async () => (await wire.stats()).idle > 0)
    await wire.mode({})
  })

  it('an expired session keeps everything: the record waits, and goes after signing in again', async () => {
    await phone.browser.clearCookies()
    await wire.reset('GET /api/live')
    const report = await home()
    await report.choose('系统相机', photo('street-car-gps.jpg'))
    const short = await report.save('暴露垃圾', '登录过期时报的')
    await phone.page.getByText('登录过期了').first().waitFor()
    await phone.page.getByRole('link', { name: '重新登录' }).first().click()
    await new App(phone.page).signIn('c601', password)
    await inQueue(short).waitFor({ timeout: 30_000 })
    await light('全部已到中心')
  })
})
