// The story that the project stands on: from the shutter, offline, to the squad leader's screen.
import { App } from './pages/app'
import { Report } from './pages/report'
import { film, photo } from './stand/camera'
import { Phone } from './stand/phone'
import { until } from './stand/program'
import { pictureFailures } from './stand/picture'
import { Server } from './stand/server'
import { hashOf, servedHash, Uploads } from './stand/traffic'
import { Wire } from './stand/wire'

const password = 'buxun-demo-2026'
const large = photo('phone-large-4160x3120.jpg')
const fourth = photo('phone-orientation-3-gps.jpg')

describe('first patrol', () => {
  const server = new Server()
  const wire = new Wire()
  let phone: Phone
  let desk: Phone
  let uploads: Uploads
  const shorts: string[] = []

  pictureFailures(() => ({ phone, desk }))

  beforeAll(async () => {
    await server.start()
    await wire.start(server.port)
    phone = new Phone({ origin: wire.origin, camera: film('street-gps.jpg') })
    desk = new Phone({ origin: server.origin, desktop: true })
  })

  afterAll(async () => {
    await phone?.remove()
    await desk?.remove()
    wire.stop()
    await server.remove()
  })

  const light = (text: string) => new App(phone.page).light(text).waitFor({ timeout: 60_000 })
  const inQueue = (short: string) => desk.page.getByRole('list', { name: '待审核' }).getByText(short)

  it('the collector signs in on line once, and the app is stored for later', async () => {
    const page = await phone.start()
    await new App(page).signIn('c601', password)
    await light('全部已到中心')
    await page.evaluate(async () => {
      await navigator.serviceWorker.ready
    })
    const leader = await desk.start()
    await new App(leader).signIn('l6', password)
    await new App(leader).go('审核')
    await leader.getByRole('list', { name: '待审核' }).waitFor()
  })

  it('L1: three cases filed out of reach are there after the browser was closed and started again', async () => {
    await wire.away()
    const report = new Report(phone.page)
    await report.open()
    await report.choose('系统相机', large)
    shorts.push(await report.save('暴露垃圾', '路西 023 号灯杆旁有一堆垃圾'))
    await report.choose('相册', photo('street-car-gps.jpg'), photo('square-no-gps.jpg'))
    shorts.push(await report.save('机动车乱停放', '人行道上停了一辆车'))
    await report.snap()
    shorts.push(await report.save('道路不洁', '沿街有落叶和泥土'))
    expect(new Set(shorts).size).toBe(3)

    await phone.stop()
    const page = await phone.start()
    await new App(page).go('案卷')
    for (const short of shorts) await page.getByRole('list', { name: '案卷列表' }).getByText(short).waitFor()
    await light('待传')
  })

  it('a fourth is filed after the restart, still out of reach', async () => {
    await new App(phone.page).go('首页')
    const report = new Report(phone.page)
    await report.open()
    await report.choose('系统相机', fourth)
    shorts.push(await report.save('非法小广告', '电线杆上贴满小广告'))
  })

  it('L9: back in reach, the open desk shows all four without reload, records first; a cut photo resumes above offset zero (L8)', async () => {
    uploads = new Uploads(phone.browser)
    await wire.mode({ match: 'PATCH /api/uploads', cutAfterUp: 400_000 })
    for (const short of shorts) await inQueue(short).waitFor({ timeout: 20_000 })
    await until('an upload that goes on above zero', async () => uploads.resumedAt.length > 0, 60_000)
    expect(Math.min(...uploads.resumedAt)).toBeGreaterThan(0)
    await light('全部已到中心')
    const kinds = uploads.created.map((created) => created.kind)
    expect(kinds.lastIndexOf('preview')).toBeLessThan(kinds.indexOf('original'))
  })

  it('L7: what the leader opens is what the phone hashed, byte for byte', async () => {
    const originals = new Set(uploads.created.filter((created) => created.kind === 'original').map((created) => created.hash))
    for (const file of [large, fourth, photo('street-car-gps.jpg'), photo('square-no-gps.jpg')]) expect(originals).toContain(hashOf(file))
    expect(originals.size).toBe(5)
    for (const hash of originals) expect(await servedHash(desk.browser, server.origin, hash)).toBe(hash)
  })

  it('the leader returns one with a reason; the collector sees it, mends it, and the leader files it', async () => {
    const [first = ''] = shorts
    await inQueue(first).click()
    await desk.page.getByRole('button', { name: '退回', exact: true }).click()
    const dialog = desk.page.getByRole('dialog', { name: '退回补充的原因' })
    await dialog.getByRole('textbox', { name: '原因' }).fill('看不清灯杆号，请补一张近照')
    await dialog.getByRole('button', { name: '确定退回' }).click()
    await inQueue(first).waitFor({ state: 'detached' })

    const app = new App(phone.page)
    await app.go('首页')
    const returned = phone.page.getByRole('region', { name: '退回补充' })
    await returned.getByText('看不清灯杆号，请补一张近照').waitFor({ timeout: 20_000 })
    await returned.getByRole('link').first().click()
    await phone.page.getByRole('button', { name: '保存并再报' }).waitFor()
    await new Report(phone.page).choose('系统相机', photo('phone-orientation-6.jpg'))
    await phone.page.getByRole('textbox', { name: '说明' }).fill('已补近照，是 023 号灯杆')
    await phone.page.getByRole('button', { name: '保存并再报' }).click()

    await inQueue(first).waitFor({ timeout: 20_000 })
    await inQueue(first).click()
    await desk.page.getByText('已补近照，是 023 号灯杆').waitFor()
    await desk.page.getByRole('button', { name: '立案', exact: true }).click()
    await inQueue(first).waitFor({ state: 'detached' })
    await app.go('案卷')
    await phone.page.getByRole('listitem').filter({ hasText: first }).getByText('已立案').waitFor({ timeout: 20_000 })
  })

  it('L8: an upload that falls silent recovers by itself', async () => {
    await light('全部已到中心')
    const before = uploads.created.length
    await wire.mode({ match: 'PATCH /api/uploads', silence: 'up' })
    await new App(phone.page).go('首页')
    const report = new Report(phone.page)
    await report.open()
    await report.choose('相册', photo('street-gps.jpg'))
    const short = await report.save('暴露垃圾', '垃圾桶旁')
    shorts.push(short)
    await until('an upload to begin', async () => uploads.created.length > before)
    await inQueue(short).waitFor({ timeout: 20_000 })
    await until('bytes of it to be swallowed', async () => (await wire.stats()).swallowedUp > 0)
    await wire.mode({}) // that connection stays silent for good; only giving it up helps
    await light('全部已到中心')
    expect(await servedHash(desk.browser, server.origin, hashOf(photo('street-gps.jpg')))).toBe(hashOf(photo('street-gps.jpg')))
  })

  it('L10: a second collector on the same phone sees nothing of the first, whose unsent records still arrive as the first\'s', async () => {
    // There is signal for signing in; the websocket is held back so that the first's record still waits.
    await wire.mode({ match: 'GET /api/live', silence: 'both' })
    await wire.reset('GET /api/live')
    const app = new App(phone.page)
    await app.go('首页')
    const report = new Report(phone.page)
    await report.open()
    await report.choose('系统相机', photo('square-no-gps.jpg'))
    const unsent = await report.save('暴露垃圾', '换班前最后一件')
    await app.lock('246810')
    await app.handOn()
    await app.signIn('c501', password)
    await app.go('案卷')
    for (const short of shorts) expect(await phone.page.getByText(short).count()).toBe(0)
    expect(await phone.page.getByText(unsent).count()).toBe(0)
    await app.go('手机')
    await phone.page.getByRole('region', { name: '替别人保管' }).getByText(/1 条/).waitFor()

    await wire.mode({})
    await wire.reset('GET /api/live')
    await inQueue(unsent).waitFor({ timeout: 60_000 })
    await inQueue(unsent).click()
    await desk.page.getByText('采集员6-01').first().waitFor()
    expect(await phone.page.getByText(unsent).count()).toBe(0)
  })
})
