// A case that the leader sends back: whether it came to the collector's phone, and whether the collector looked, is seen by the leader.
import { App } from './pages/app'
import { look } from './stand/look'
import { Phone } from './stand/phone'
import { pictureFailures } from './stand/picture'
import { aMoment } from './stand/program'
import { closeDevice, collector, report } from './stand/reporters'
import { Server } from './stand/server'
import { Wire } from './stand/wire'

const password = 'buxun-demo-2026'

describe('a case that was sent back', () => {
  const server = new Server()
  const wire = new Wire()
  let desk: Phone
  let hand: Phone
  pictureFailures(() => ({ desk, hand }))

  beforeAll(async () => {
    await server.start()
    await wire.start(server.port)
    desk = new Phone({ origin: server.origin, desktop: true })
    hand = new Phone({ origin: wire.origin })
    const device = await collector(server.origin, 'c604')
    const [made] = await report(device, 1, '护栏歪了')
    await closeDevice(device)
    await hand.start()
    await new App(hand.page).signIn('c604', password)
    await new App(hand.page).light('全部已到中心').waitFor()
    await desk.start()
    await new App(desk.page).signIn('l6', password)
    await desk.page.getByRole('button', { name: '立案', exact: true }).waitFor()
    await desk.open(`/cases/${made?.caseId}`)
    await desk.page.getByRole('link', { name: '去审核' }).click()
  }, 120_000)

  afterAll(async () => {
    await desk?.remove()
    await hand?.remove()
    wire.stop()
    await server.remove()
  })

  const story = () => desk.page.getByRole('region', { name: '经过' })

  it('is on its way while the phone has no line, which the leader is told', async () => {
    await wire.away()
    const { page } = desk
    await page.getByRole('button', { name: '退回', exact: true }).click()
    await page.getByRole('dialog', { name: '退回补充的原因' }).getByRole('textbox', { name: '原因' }).fill('请补一张全景')
    await page.getByRole('button', { name: '确定退回' }).click()
    await page.getByRole('button', { name: '撤回' }).waitFor({ state: 'detached' })
    await new App(page).go('案卷')
    await page.getByRole('searchbox', { name: '搜索案卷' }).fill('护栏歪了')
    await page.getByText('还没送达队员手机').waitFor()
    await page.getByRole('list', { name: '案卷列表' }).getByRole('link').first().click()
    await story().getByText('还没送达队员手机').waitFor()
  }, 60_000)

  it('ask 18: came to the phone, which the leader sees without doing anything', async () => {
    await wire.mode({})
    await hand.page.evaluate(() => dispatchEvent(new Event('online')))
    await hand.page.getByRole('region', { name: '退回补充' }).getByText('请补一张全景').waitFor()
    await story().getByText(/^已送达队员手机：/).waitFor()
  }, 60_000)

  it('ask 18: was opened by the collector, although without a line and by a page that is gone', async () => {
    await wire.away()
    await hand.page.getByRole('link').filter({ hasText: '请补一张全景' }).click()
    await hand.page.getByRole('button', { name: '保存并再报' }).waitFor()
    await aMoment()
    await story().getByText(/^已送达队员手机：/).waitFor()
    await hand.stop()
    await wire.mode({})
    await hand.start()
    await story().getByText(/^队员已看：/).waitFor()
    await look(desk.page, 'reach-desk')
  }, 60_000)

  it('survives a restart of the server and of the page', async () => {
    await server.stop()
    await server.start()
    await desk.page.reload()
    await story().getByText(/^队员已看：/).waitFor()
    await new App(desk.page).go('案卷')
    await desk.page.getByRole('searchbox', { name: '搜索案卷' }).fill('护栏歪了')
    await desk.page.getByText(/^队员已看：/).waitFor()
    await look(desk.page, 'reach-list')
  }, 60_000)
})
