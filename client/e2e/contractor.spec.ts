// Issue 5: a link with an expiring token lets a contractor without an account report one case handled. The unit makes it on the phone, a browser that
// never saw the app opens it, and leader and unit see what came of it.
import type { Locator, Page } from 'playwright-core'
import { App } from './pages/app'
import { shots } from './stand/camera'
import { look } from './stand/look'
import { Phone } from './stand/phone'
import { dispatched } from './stand/reporters'
import { Server } from './stand/server'

const password = 'buxun-demo-2026'

describe("a contractor's link", () => {
  const server = new Server()
  const phones: Phone[] = []

  beforeAll(() => server.start())
  afterAll(async () => {
    for (const phone of phones) await phone.remove()
    await server.remove()
  })

  const open = async (login: string, desktop = false): Promise<Phone> => {
    const phone = new Phone({ origin: server.origin, desktop })
    phones.push(phone)
    await phone.start()
    await new App(phone.page).signIn(login, password)
    return phone
  }
  /** Somebody's own browser, without an account or anything of ours. */
  const stranger = async (language?: string, desktop = false): Promise<Phone> => {
    const phone = new Phone({ origin: server.origin, permissions: [], desktop, ...(language !== undefined && { language }) })
    phones.push(phone)
    await phone.start(null)
    return phone
  }
  const button = (page: Page | Locator, name: string | RegExp) => page.getByRole('button', { name, exact: true })
  const state = (page: Page, word: string) => page.locator('.title').getByText(word, { exact: true }).waitFor({ timeout: 30_000 })

  /** Makes a link on the case's page; gives its address. */
  const make = async (page: Page, contractor: string): Promise<string> => {
    await page.getByRole('textbox', { name: '施工方怎么称呼' }).fill(contractor)
    await button(page, '做链接').tap()
    const fresh = page.getByRole('region', { name: `给${contractor}的链接做好了` })
    await fresh.waitFor()
    return (await fresh.locator('[data-link]').innerText()).trim()
  }

  it('ask 5: is made by the unit on the phone, used once by somebody without an account, and leader and unit see it handled', async () => {
    const id = await dispatched(server.origin, '井盖边上堆着垃圾')
    const [leader, unit] = [await open('l6'), await open('u1')]
    await unit.open(`/cases/${id}`)
    await state(unit.page, '处置中')
    await look(unit.page, 'contractor/phone-case')
    await unit.page.getByRole('link', { name: '外协链接' }).tap() // one tap
    await unit.page.getByText('还没有做过').waitFor()
    await look(unit.page, 'contractor/phone-links')
    const url = await make(unit.page, '张师傅') // two
    expect(url.startsWith(`${server.origin}/h/`)).toBe(true)
    await unit.page.getByRole('img', { name: '给张师傅的二维码' }).waitFor()
    expect(await unit.page.getByRole('img', { name: '给张师傅的二维码' }).evaluate((image: HTMLImageElement) => image.naturalWidth)).toBeGreaterThan(0)
    await look(unit.page, 'contractor/phone-fresh')
    await unit.browser.grantPermissions(['clipboard-read', 'clipboard-write'])
    await button(unit.page, '复制').tap() // three
    await button(unit.page, '已复制').waitFor()
    expect(await unit.page.evaluate(() => navigator.clipboard.readText())).toContain(url)

    const hand = await stranger()
    await hand.page.goto(url)
    const page = hand.page
    await page.getByRole('heading', { level: 1 }).waitFor()
    await look(page, 'contractor/phone-page')
    await page.emulateMedia({ colorScheme: 'dark' })
    await look(page, 'contractor/phone-page-night')
    await page.emulateMedia({ colorScheme: 'light', contrast: 'more' })
    await look(page, 'contractor/phone-page-sun', { enhanced: true })
    await page.emulateMedia({ colorScheme: 'light', contrast: 'no-preference' })
    const told = await page.locator('body').innerText()
    expect(told).toContain('井盖边上堆着垃圾')
    expect(told).toContain('会记成“张师傅代石峰环卫（演示）处置”')
    for (const secret of ['采集员', 'c602', '中队长']) expect(told).not.toContain(secret)
    expect(await page.locator('script').count()).toBe(0)
    for (const input of await page.locator('input:visible, button:visible, summary:visible').all()) expect((await input.boundingBox())?.height).toBeGreaterThanOrEqual(48)
    await button(page, '报处置完成').tap()
    await page.getByText('还没有照片').waitFor()
    await look(page, 'contractor/phone-none')
    const [first = '', second = '', third = ''] = shots('street-gps.jpg', 3)
    await page.getByText('多拍几张').tap()
    await page.getByLabel('拍处置后的照片').setInputFiles(first)
    await page.getByLabel('第二张').setInputFiles(second)
    await page.getByLabel('从相册选').setInputFiles([second, third])
    await page.getByLabel('说一句').fill('已清运，井盖复位')
    await page.getByRole('button', { name: '报处置完成' }).scrollIntoViewIfNeeded()
    await look(page, 'contractor/phone-filled')
    await button(page, '报处置完成').tap()
    await page.getByRole('heading', { name: '已经报了处置完成' }).waitFor()
    await look(page, 'contractor/phone-done')

    for (const seen of [unit, leader]) {
      await seen.open(`/cases/${id}`)
      await state(seen.page, '待核查')
      const story = seen.page.getByRole('region', { name: '经过' })
      if (seen === unit) expect((await story.locator('.head span').allInnerTexts()).filter((who) => /^[0-9a-f]{8}$/.test(who)), 'ids where names are not told').toEqual([])
      const entry = story.getByRole('listitem').filter({ hasText: '已清运，井盖复位' })
      expect(await entry.innerText()).toContain('经外链，施工方张师傅代石峰环卫（演示）处置')
      await expect.poll(() => entry.locator('img').evaluateAll((images) => images.map((image) => (image as HTMLImageElement).naturalWidth > 0)), { timeout: 30_000 }).toEqual([true, true, true])
      await entry.scrollIntoViewIfNeeded()
      await look(seen.page, `contractor/phone-${seen === unit ? 'unit' : 'leader'}-handled`)
    }
    await unit.open(`/cases/${id}/links`)
    await unit.page.getByText('已报处置完成').waitFor()
    await unit.page.getByText('这个案卷不在处置中').waitFor()
    await look(unit.page, 'contractor/phone-used')

    // A second use counts for nothing and says so, in any browser; also where the app is installed, whose worker leaves these pages alone.
    await page.goto(url)
    await page.getByRole('heading', { name: '已经报了处置完成' }).waitFor()
    await unit.page.goto(url)
    await unit.page.getByRole('heading', { name: '已经报了处置完成' }).waitFor()
    expect(await page.locator('input').count()).toBe(0)
  }, 240_000)

  it('ask 5: is revoked by the leader, and says so to who opens it; a wrong one too, in both languages', async () => {
    const id = await dispatched(server.origin, '绿化带里倒了建筑垃圾')
    const leader = await open('l6')
    const { page } = leader
    await leader.open(`/cases/${id}`)
    await state(page, '处置中')
    await page.getByRole('link', { name: '外协链接' }).tap()
    const url = await make(page, '某某园林公司')
    await button(page, '好了').tap()
    const hand = await stranger('en-GB')
    await hand.page.goto(url)
    await hand.page.getByRole('button', { name: 'Report it handled' }).waitFor()
    await look(hand.page, 'contractor/phone-page-en')
    await button(page, '撤销某某园林公司的链接').tap()
    await look(page, 'contractor/phone-revoke')
    await button(page, '撤销给某某园林公司的链接').tap()
    await page.getByText('已撤销').waitFor()
    await hand.page.getByRole('button', { name: 'Report it handled' }).tap()
    await hand.page.getByRole('heading', { name: 'This link was withdrawn' }).waitFor()
    await look(hand.page, 'contractor/phone-revoked-en')

    const desk = await stranger(undefined, true)
    const answer = await desk.page.goto(`${url}x`)
    expect(answer?.status()).toBe(404)
    await desk.page.getByRole('heading', { name: '没有这个链接' }).waitFor()
    await look(desk.page, 'contractor/desk-unknown')
    const again = await make(page, '某某园林公司')
    await desk.page.goto(again)
    await look(desk.page, 'contractor/desk-page')
    const office = await open('l6', true)
    await office.open(`/cases/${id}/links`)
    await office.page.getByText('已撤销').waitFor()
    await look(office.page, 'contractor/desk-links')
  }, 240_000)
})
