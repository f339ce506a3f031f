// A complaint from its first word to its closing, by four people on four devices of their own, two of them out of reach in the middle.
import type { Page } from 'playwright-core'
import { App } from './pages/app'
import { film } from './stand/camera'
import { look } from './stand/look'
import { Phone } from './stand/phone'
import { pictureFailures } from './stand/picture'
import { closeDevice, collector, report } from './stand/reporters'
import { Server } from './stand/server'
import { Wire } from './stand/wire'

const password = 'buxun-demo-2026'

describe('a complaint', () => {
  const server = new Server()
  const [collectorsLine, unitsLine] = [new Wire(), new Wire()]
  let desk: Phone
  let first: Phone
  let second: Phone
  let unit: Phone
  let id: string
  pictureFailures(() => ({ desk, first, second, unit }))

  beforeAll(async () => {
    await server.start()
    await collectorsLine.start(server.port)
    await unitsLine.start(server.port)
    const taker = await collector(server.origin, 'c602')
    id = (await report(taker, 1, '市民来电：人行道上堆了杂物'))[0]?.caseId ?? ''
    await closeDevice(taker)
    desk = new Phone({ origin: server.origin, desktop: true })
    first = new Phone({ origin: collectorsLine.origin, camera: film('street-gps.jpg', 'square-no-gps.jpg') })
    second = new Phone({ origin: server.origin, camera: film('square-no-gps.jpg', 'street-gps.jpg') })
    unit = new Phone({ origin: unitsLine.origin, camera: film('street-car-gps.jpg', 'square-no-gps.jpg') })
    for (const [device, login] of [[desk, 'l6'], [first, 'c601'], [second, 'c604'], [unit, 'u1']] as const) {
      await device.start()
      await new App(device.page).signIn(login, password)
    }
    for (const { page } of [first, unit]) await page.evaluate(async () => {
      await navigator.serviceWorker.ready
    })
  }, 180_000)

  afterAll(async () => {
    for (const device of [desk, first, second, unit]) await device?.remove()
    collectorsLine.stop()
    unitsLine.stop()
    await server.remove()
  })

  const button = (name: string) => desk.page.getByRole('button', { name, exact: true })
  const state = (word: string) => desk.page.locator('.title').getByText(word, { exact: true }).waitFor({ timeout: 30_000 })
  /** A decision may be taken back for a moment; it is an operation afterwards. */
  const decided = () => button('撤回').waitFor({ state: 'detached' })
  const backOnLine = async (page: Page, line: Wire) => {
    await line.mode({})
    await page.evaluate(() => dispatchEvent(new Event('online')))
  }

  async function step(name: string): Promise<void> {
    if (!(await button(name).isVisible())) await button('更多').click()
    await button(name).click()
  }

  async function send(errand: '派核实' | '派核查', to: string): Promise<void> {
    await step(errand)
    const dialog = desk.page.getByRole('dialog', { name: errand })
    await dialog.getByRole('button', { name: '点名', exact: true }).click()
    await dialog.getByRole('button', { name: to }).click()
    await button('撤回').waitFor()
    await decided()
  }

  /** Somebody does an errand on the spot: photo, finding, saved. */
  async function found({ page }: Phone, link: string, finding: string): Promise<void> {
    await page.getByRole('list', { name: '任务列表' }).getByRole('listitem').first().getByRole('link', { name: link, exact: true }).click()
    await snap(page)
    await page.getByRole('radio', { name: finding, exact: true }).check({ force: true })
    await page.getByRole('button', { name: `保存：${finding}` }).click()
    await page.getByText('派给你的核实、核查会在这里').waitFor()
  }

  async function snap(page: Page): Promise<void> {
    await page.getByRole('button', { name: '拍照', exact: true }).click()
    await page.getByRole('list', { name: '照片' }).getByRole('listitem').first().waitFor()
  }

  async function handle({ page }: Phone): Promise<void> {
    await page.getByRole('list', { name: '任务列表' }).getByRole('listitem').first().getByRole('link', { name: '拍处置后', exact: true }).click()
    await snap(page)
    await page.getByRole('button', { name: '保存：处置完成' }).click()
    await page.getByText('派给你们单位的案卷会在这里').waitFor()
  }

  const task = ({ page }: Phone) => page.getByRole('list', { name: '任务列表' }).getByRole('listitem').first().waitFor({ timeout: 30_000 })

  it('is verified out of reach, filed and dispatched, handled out of reach, not passed, done again, passed and closed', async () => {
    await desk.open(`/cases/${id}`)
    await state('待受理')
    await send('派核实', '采集员6-01')
    await state('待核实')
    await first.page.getByRole('navigation', { name: '主导航' }).getByRole('link', { name: '任务' }).waitFor()
    await new App(first.page).go('任务')
    await task(first)
    await collectorsLine.away()
    await found(first, '去核实', '属实')
    await backOnLine(first.page, collectorsLine)
    await state('待受理')
    await look(desk.page, 'whole/verified')

    await step('立案')
    await state('已立案')
    await decided()
    await step('派遣')
    await desk.page.getByRole('dialog', { name: '派遣' }).getByRole('button', { name: /环卫/ }).first().click()
    await state('处置中')
    await task(unit)
    await unitsLine.away()
    await handle(unit)
    await backOnLine(unit.page, unitsLine)
    await state('待核查')

    await send('派核查', '采集员6-04')
    await second.page.getByRole('navigation', { name: '主导航' }).getByRole('link', { name: '任务' }).waitFor()
    await new App(second.page).go('任务')
    await task(second)
    await found(second, '去核查', '不通过')
    await state('处置中')
    await task(unit)
    await handle(unit)
    await state('待核查')
    await send('派核查', '采集员6-04')
    await task(second)
    await found(second, '去核查', '通过')
    await desk.page.getByText('核查通过').first().waitFor({ timeout: 30_000 })
    await step('结案')
    await state('已结案')
    await decided()
  }, 240_000)

  it('is told by its timeline just so', async () => {
    await new App(desk.page).light('全部已到中心').waitFor({ timeout: 30_000 })
    const lines = desk.page.getByRole('region', { name: '经过' }).getByRole('listitem')
    const story = (await lines.locator('.head').allInnerTexts()).map((line) => line.split('\n').slice(0, 2).join(' ')).filter((line) => !/^(编案卷号|超期)/.test(line))
    expect(story).toEqual([
      '上报 采集员6-02', '派核实 中队长6', '核实：属实 采集员6-01', '立案 中队长6', '派遣 中队长6', expect.stringMatching(/^处置完成 /), '派核查 中队长6',
      '核查不通过，返工 采集员6-04', expect.stringMatching(/^处置完成 /), '派核查 中队长6', '核查通过 采集员6-04', '结案 中队长6',
    ])
    await lines.last().scrollIntoViewIfNeeded()
    await look(desk.page, 'whole/story')
    expect(await unit.page.locator('body').innerText()).not.toContain('采集员')
  }, 60_000)
})
