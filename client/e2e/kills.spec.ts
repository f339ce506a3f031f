// The browser dies at any instant: what was photographed and typed is there again, what was saved goes, once.
import { Random } from '@sync/sim/random'
import { App } from './pages/app'
import { Report } from './pages/report'
import { film, shots } from './stand/camera'
import { look } from './stand/look'
import { Phone } from './stand/phone'
import { pictureFailures } from './stand/picture'
import { until } from './stand/program'
import { Server } from './stand/server'
import { Wire } from './stand/wire'

const password = 'buxun-demo-2026'
/** One plan in every `make test`; others are tried with SEED= and KILLS=. */
const seed = Number(process.env.SEED || 7784)
const rounds = Number(process.env.KILLS || 2)
/** What was typed longer ago than this must be there again (ask 11). */
const typedMs = 500

describe(`killed at random instants, SEED=${seed}`, () => {
  const random = new Random(seed)
  const server = new Server()
  const wire = new Wire()
  let phone: Phone
  let desk: Phone
  pictureFailures(() => ({ phone, desk }))

  beforeAll(async () => {
    await server.start()
    await wire.start(server.port)
    phone = new Phone({ origin: wire.origin, camera: film('street-gps.jpg', 'square-no-gps.jpg', 'street-car-gps.jpg') })
    desk = new Phone({ origin: server.origin, desktop: true })
    await new App(await phone.start()).signIn('c604', password)
    await light('全部已到中心')
    await new App(await desk.start()).signIn('l6', password)
  })

  afterAll(async () => {
    await phone?.remove()
    await desk?.remove()
    wire.stop()
    await server.remove()
  })

  const light = (text: string | RegExp) => new App(phone.page).light(text).waitFor({ timeout: 60_000 })

  /** How often a record stands among those that the leader has to look at. */
  async function atTheDesk(short: string): Promise<number> {
    await new App(desk.page).go('审核')
    const rows = desk.page.getByRole('list', { name: '待审核' }).getByText(short)
    await rows.first().waitFor({ timeout: 30_000 })
    return rows.count()
  }

  /** The short ids of the phone's own records with these words: its page may have died before it could say them. */
  async function onThePhone(words: string): Promise<string[]> {
    await new App(phone.page).go('案卷')
    await phone.page.getByRole('searchbox', { name: '搜索案卷' }).fill(words)
    const rows = phone.page.getByRole('list', { name: '案卷列表' }).getByRole('link')
    await rows.first().waitFor()
    return (await rows.allTextContents()).map((text) => /[0-9A-HJKMNP-TV-Z]{5}-\d+/.exec(text)?.[0] ?? '')
  }

  it.each(Array.from({ length: rounds }, (_, round) => round))('ask 11, L1: between the shutter and saved, round %i: every photo whose shutter returned and every word typed before', async (round) => {
    const { page } = phone
    const words = `第 ${seed}-${round} 次没电，井盖松动，旁边有积水`
    const done = { shots: 0, typed: [] as { at: number; text: string }[], saved: '' }
    await new App(page).go('首页')
    const report = new Report(page)
    await report.open()
    const capture = async () => {
      for (let shot = 0; shot < 2; shot++) {
        await report.snap()
        done.shots++
      }
      const next = page.getByRole('button', { name: '下一步' })
      if (await next.isVisible()) await next.click()
      const field = page.getByRole('textbox', { name: '描述' })
      for (let end = 4; end < words.length + 4; end += 4) {
        await field.fill(words.slice(0, end))
        done.typed.push({ at: Date.now(), text: words.slice(0, end) })
      }
      await page.getByRole('radiogroup', { name: '类别' }).getByRole('radio').first().check({ force: true })
      await page.getByRole('button', { name: '保存上报' }).click()
      done.saved = await report.saved()
    }
    const capturing = capture().catch(() => undefined) // the page is killed under it
    const alive = await phone.killAfter(random.whole(200, 4000))
    await capturing

    const again = await phone.start()
    await new App(again).go('首页')
    await light(/./)
    const stored = [...done.typed].reverse().find(({ at }) => at < alive - typedMs)?.text ?? ''
    const complete = done.typed.some(({ text }) => text === words)
    const draft = again.getByText('接着写').first()
    const there = await until('the draft', () => draft.isVisible(), 5_000).catch(() => false)
    console.log(`round ${round}: ${done.shots} photos, ${done.typed.length} times typed, ${done.saved || 'not saved'}; afterwards ${there ? 'a draft' : 'no draft'}`)
    if (!there) {
      expect(done.shots === 0 || complete, 'no draft although something was photographed and not saved').toBe(true)
      if (complete) {
        const shorts = await onThePhone(words)
        expect(shorts).toHaveLength(1)
        if (done.saved !== '') expect(shorts[0]).toBe(done.saved)
        expect(await atTheDesk(shorts[0] ?? '')).toBe(1)
      }
      return
    }
    expect(done.saved, 'what was saved is no draft any more').toBe('')
    await draft.click()
    const reopened = new Report(again)
    await reopened.thumbnails().first().waitFor({ state: 'attached' })
    await expect.poll(() => reopened.thumbnails().count()).toBeGreaterThanOrEqual(done.shots)
    const next = again.getByRole('button', { name: '下一步' })
    if (await next.isVisible()) await next.click()
    const field = again.getByRole('textbox', { name: '描述' })
    await field.waitFor()
    expect((await field.inputValue()).length).toBeGreaterThanOrEqual(stored.length)
    expect(words.startsWith(await field.inputValue())).toBe(true)
    await field.fill(words)
    await again.getByRole('radiogroup', { name: '类别' }).getByRole('radio').first().check({ force: true })
    await again.getByRole('button', { name: '保存上报' }).click()
    expect(await atTheDesk(await reopened.saved())).toBe(1)
  })

  it.each(Array.from({ length: rounds }, (_, round) => round))('ask 11, L3: between saved and sent, round %i: it goes when the phone is on again, once', async (round) => {
    const { page } = phone
    const words = `存好就没电 ${seed}-${round}`
    await new App(page).go('首页')
    await wire.away()
    const report = new Report(page)
    await report.open()
    await report.snap()
    const short = await report.save('暴露垃圾', words)
    // A thin line: the phone dies before, while, or after its record and its photo leave.
    await wire.mode({ bytesPerSecond: 40_000 })
    await phone.killAfter(random.whole(0, 3000))
    await wire.mode({})
    await phone.start()
    await light('全部已到中心')
    expect(await atTheDesk(short)).toBe(1)
  })

  it('ask 4: the browser clears the storage between two runs: the app names what was not sent, and the light is not green for it', async () => {
    await new App(phone.page).go('首页')
    await wire.away()
    const report = new Report(phone.page)
    await report.open()
    await report.snap()
    const short = await report.save('暴露垃圾', '清掉之前报的')
    await until('the list', () => phone.page.evaluate(() => localStorage.getItem('buxun.unsent')?.includes('-') === true))
    const cdp = await phone.browser.newCDPSession(phone.page)
    await phone.open('/icons/icon.svg')
    await cdp.send('Storage.clearDataForOrigin', { origin: wire.origin, storageTypes: 'indexeddb' })
    await wire.mode({})
    await phone.open()
    const list = phone.page.getByRole('list', { name: '没传完就没了的记录' })
    await list.getByText(short).waitFor()
    await list.getByText('113.08350, 27.87120').waitFor()
    await look(phone.page, 'phone-lost')
    await phone.page.getByRole('button', { name: '知道了' }).click()
    await new App(phone.page).signIn('c604', password)
    await light('全部已到中心')
    await phone.page.reload()
    await light('全部已到中心')
    expect(await list.count()).toBe(0)
  })

  it('ask 3, R43: two tabs that save at the same moment send each record once', async () => {
    const second = await phone.browser.newPage()
    second.setDefaultTimeout(15_000)
    await second.goto(wire.origin)
    await wire.away()
    const [one, other] = shots('street-car-gps.jpg', 2)
    const reports = [phone.page, second].map((page) => new Report(page))
    for (const [tab, page] of [phone.page, second].entries()) {
      await page.bringToFront()
      await new App(page).go('首页')
      await reports[tab]?.open()
      await reports[tab]?.choose('相册', (tab === 0 ? one : other) ?? '')
    }
    const shorts = await Promise.all(reports.map((report, tab) => report.save('暴露垃圾', `两个页面 ${seed}-${tab}`)))
    await wire.mode({})
    await light('全部已到中心')
    for (const short of shorts) expect(await atTheDesk(short)).toBe(1)
    expect(new Set(shorts).size).toBe(2)
    await second.close()
  })
})
