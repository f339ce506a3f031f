// Many at once from the list of cases: what the filters and the search found is picked, decided together and taken back together.
import type { Page } from 'playwright-core'
import { openCases } from '../src/db/cases'
import { App } from './pages/app'
import { look, themed } from './stand/look'
import { Phone } from './stand/phone'
import { pictureFailures } from './stand/picture'
import { until } from './stand/program'
import { closeDevice, collector, type Device, report } from './stand/reporters'
import { Server } from './stand/server'
import { Wire } from './stand/wire'

const password = 'buxun-demo-2026'
const words = '名单里一起办的'

describe('many at once from the list of cases', () => {
  const server = new Server()
  const wire = new Wire()
  const phones: Phone[] = []
  let witness: Device
  let desk: Page
  let ids: string[]
  pictureFailures(() => ({ desk: phones[0], phone: phones[1], other: phones[2] }))

  const all = (state: string, of: readonly number[]) => until(`${of.join()} to be ${state}`, async () => {
    const held = await openCases(witness.store, witness.phone.person.value?.id ?? '', ids)
    return of.every((nth) => held.get(ids[nth] ?? '')?.state === state)
  }, 30_000)
  const open = async (login: string, desktop: boolean): Promise<Page> => {
    const phone = new Phone({ origin: wire.origin, desktop })
    phones.push(phone)
    await phone.start()
    await new App(phone.page).signIn(login, password)
    return phone.page
  }
  /** The list, narrowed to ours and by a filter more. */
  const list = async (page: Page, n: number, filter = '') => {
    await page.goto(`${wire.origin}/cases?q=${encodeURIComponent('一起')}${filter}`)
    await page.getByText(`共 ${n} 件，到底了`).waitFor({ timeout: 30_000 })
  }
  const box = (page: Page, nth: number) => page.locator(`[data-case="${ids[nth]}"]`).getByRole('checkbox')
  const button = (page: Page, name: string | RegExp) => page.getByRole('button', { name, exact: true })

  beforeAll(async () => {
    await server.start()
    await wire.start(server.port)
    const reporter = await collector(server.origin, 'c605')
    ids = (await report(reporter, 7, words)).map(({ caseId }) => caseId)
    await closeDevice(reporter)
    witness = await collector(server.origin, 'l6')
    await all('reported', [0, 1, 2, 3, 4, 5, 6])
  }, 120_000)

  afterAll(async () => {
    await closeDevice(witness)
    for (const phone of phones) await phone.remove()
    wire.stop()
    await server.remove()
  })

  it('by keys and mouse: all that was found, told beforehand, taken back together; what is done leaves an honest list', async () => {
    desk = await open('l6', true)
    const page = desk
    await list(page, 7, '&state=reported')
    await look(page, 'many/list-desk')
    await page.keyboard.press('s')
    await page.getByText('点左边的框来选').waitFor()
    await page.keyboard.press('j')
    for (let i = 0; i < 2; i++) await page.keyboard.press('Shift+ArrowDown')
    await page.getByText('已选 3 件').waitFor()
    await box(page, 0).click({ modifiers: ['Shift'] })
    await page.getByText('已选 7 件').waitFor()
    await box(page, 0).click()
    await page.getByText('已选 6 件').waitFor()
    await look(page, 'many/list-desk-picked')
    await page.keyboard.press('?')
    await page.getByRole('dialog', { name: '快捷键' }).waitFor()
    await look(page, 'many/list-desk-keys')
    await page.keyboard.press('Escape')
    await button(page, '派遣').waitFor({ state: 'detached' })
    await page.keyboard.press('f')
    const sheet = page.getByRole('dialog', { name: '立案 6 件' })
    await sheet.getByText('6 件将立案').waitFor()
    await look(page, 'many/list-desk-plan')
    await page.keyboard.press('Enter')
    await page.getByText('已立案 · 6 件').waitFor()
    await page.getByText('共 1 件，到底了').waitFor()
    await look(page, 'many/list-desk-undo')
    await page.keyboard.press('u')
    await page.getByText('共 7 件，到底了').waitFor()
    await all('reported', [0, 1, 2, 3, 4, 5, 6])

    await button(page, '全选能办的 7 件').click()
    await page.keyboard.press('f')
    await page.getByRole('dialog', { name: '立案 7 件' }).getByText('7 件将立案').waitFor()
    await page.keyboard.press('Enter')
    await page.getByText('筛出的都办完了').waitFor()
    await page.getByRole('checkbox').first().waitFor({ state: 'detached' })
    await look(page, 'many/list-desk-done')
    await themed(page, 'night')
    await look(page, 'many/list-desk-done-night')
    await themed(page, null)
    await all('filed', [0, 1, 2, 3, 4, 5, 6])
  }, 120_000)

  it('what the filters no longer show is not picked; a mixture is offered what suits each', async () => {
    const page = desk
    const reporter = await collector(server.origin, 'c605')
    ids = [...ids, ...(await report(reporter, 1, words)).map(({ caseId }) => caseId)]
    await closeDevice(reporter)
    await list(page, 8)
    await button(page, '多选').click()
    await button(page, '全选能办的 8 件').click()
    await page.getByText('已选 8 件').waitFor()
    for (const name of ['不予立案 1', '退回补充 1', '派遣 7', '立案 1']) await button(page, name).waitFor()
    await look(page, 'many/list-desk-mixed')
    await page.keyboard.press('d')
    const sheet = page.getByRole('dialog', { name: '派遣 8 件' })
    await sheet.getByText('1 件不行').waitFor()
    await sheet.getByText(/^1 件：是待受理的/).waitFor()
    await look(page, 'many/list-desk-dispatch')
    await page.keyboard.press('Escape')
    await page.getByRole('searchbox', { name: '搜索案卷' }).fill('一起 机动车')
    await page.getByText('共 1 件，到底了').waitFor()
    await page.getByText('已选 1 件').waitFor()
    await page.getByRole('searchbox', { name: '搜索案卷' }).fill('一起')
    await page.getByText('共 8 件，到底了').waitFor()
    await page.getByText('已选 1 件').waitFor()
  }, 120_000)

  it('by thumb, without a line: boxes in the list, one looked at beside it, dispatched each to its unit', async () => {
    const page = await open('l6', false)
    await list(page, 8)
    await look(page, 'many/list-phone')
    await button(page, '多选').tap()
    await look(page, 'many/list-phone-hint')
    for (const nth of [3, 4]) await box(page, nth).tap()
    await page.getByText('已选 2 件').waitFor()
    await look(page, 'many/list-phone-picked')
    await themed(page, 'night')
    await look(page, 'many/list-phone-picked-night')
    await themed(page, null)
    await page.locator(`[data-case="${ids[4]}"]`).getByRole('link').tap()
    await button(page, '回到列表').tap()
    await page.getByText('已选 2 件').waitFor()
    const size = await box(page, 4).locator('..').boundingBox()
    expect(Math.min(size?.width ?? 0, size?.height ?? 0)).toBeGreaterThanOrEqual(48)
    await wire.away()
    await button(page, '派遣').tap()
    const sheet = page.getByRole('dialog', { name: '派遣 2 件' })
    await sheet.getByText(/1 件将派给/).first().waitFor()
    await look(page, 'many/list-phone-plan')
    await sheet.getByRole('button', { name: '派遣 2 件' }).tap()
    await page.getByText('派遣 · 2 件').waitFor()
    await look(page, 'many/list-phone-undo')
    await new App(page).light('待传：2 条记录').waitFor()
    await button(page, /^撤回/).waitFor({ state: 'detached', timeout: 15_000 })
    await wire.mode({})
    await new App(page).light('全部已到中心').waitFor({ timeout: 70_000 })
    await all('dispatched', [3, 4])
  }, 180_000)

  it('is not there for who may not decide, and says of what only the centre holds that it cannot be picked', async () => {
    const page = await open('c606', false)
    await page.goto(`${wire.origin}/cases?whose=squad`)
    await page.getByText(/到底了$/).waitFor({ timeout: 30_000 })
    expect(await button(page, '多选').count()).toBe(0)
    await phones[2]?.remove()
    phones.pop()

    await wire.mode({ match: 'GET /api/live', cutAfterUp: 1, cutTimes: -1 }) // no case comes by itself
    const other = await open('l6', false)
    await other.goto(`${wire.origin}/cases?q=${encodeURIComponent('一起')}`)
    await button(other, '多选').tap()
    await other.getByText('这里没有能一起办的').waitFor()
    await button(other, '到中心查更早的').tap()
    await other.getByText('这些手机里没有，不能在这里一起办，要点开看').waitFor()
    await look(other, 'many/list-phone-centre')
    await wire.mode({})
  }, 120_000)
})
