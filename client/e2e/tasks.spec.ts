// A collector is sent to look: the task comes to the phone, is done where there is no line, and the leader sees what was found.
import type { Action, Case, Payload } from '@shared/types.gen'
import { openCases } from '../src/db/cases'
import { App } from './pages/app'
import { film } from './stand/camera'
import { look } from './stand/look'
import { Phone } from './stand/phone'
import { pictureFailures } from './stand/picture'
import { until } from './stand/program'
import { closeDevice, collector, type Device, report } from './stand/reporters'
import { Server } from './stand/server'
import { Wire } from './stand/wire'

const password = 'buxun-demo-2026'

/** The case as this device holds it. */
async function held({ phone, store }: Device, id: string): Promise<Case | undefined> {
  return (await openCases(store, phone.person.value?.id ?? '', [id])).get(id)
}

/** The device's person does something to a case that it holds, and the case is as it should be after it. */
async function act(device: Device, id: string, action: Action, payload: Payload, done: (c: Case) => boolean): Promise<void> {
  const c = await until(`${action} to know the case`, () => held(device, id))
  await device.phone.save({ case: id, action, payload, seen: c.revision, taxonomy: 'e2e' })
  await until(`${action} to be done`, async () => {
    const now = await held(device, id)
    return now !== undefined && done(now)
  })
}

describe('a task', () => {
  const server = new Server()
  const wire = new Wire()
  let leader: Device
  let desk: Phone
  let hand: Phone
  let me: string
  let other: string
  let cases: readonly string[]
  pictureFailures(() => ({ desk, hand }))

  beforeAll(async () => {
    await server.start()
    await wire.start(server.port)
    leader = await collector(server.origin, 'l6')
    const [first, second] = [await collector(server.origin, 'c601'), await collector(server.origin, 'c604')]
    me = first.phone.person.value?.id ?? ''
    other = second.phone.person.value?.id ?? ''
    cases = (await report(second, 3, '有人投诉：人行道上堆了杂物')).map(({ caseId }) => caseId)
    await closeDevice(first)
    await closeDevice(second)
    hand = new Phone({ origin: wire.origin, camera: film('street-gps.jpg', 'square-no-gps.jpg') })
    desk = new Phone({ origin: server.origin, desktop: true })
    await hand.start()
    await new App(hand.page).signIn('c601', password)
    await new App(hand.page).light('全部已到中心').waitFor()
    await desk.start()
    await new App(desk.page).signIn('l6', password)
  }, 120_000)

  afterAll(async () => {
    await closeDevice(leader)
    await desk?.remove()
    await hand?.remove()
    wire.stop()
    await server.remove()
  })

  const [nav, list] = [() => hand.page.getByRole('navigation', { name: '主导航' }), () => hand.page.getByRole('list', { name: '任务列表' }).getByRole('listitem')]
  const sendVerify = (id: string) => act(leader, id, 'sendVerify', { assignee: me, how: 'pick' }, (c) => c.state === 'verifying')
  const story = () => desk.page.getByRole('region', { name: '经过' })

  async function photographed(): Promise<void> {
    await hand.page.getByRole('button', { name: '拍照', exact: true }).click()
    await hand.page.getByRole('list', { name: '照片' }).getByRole('listitem').first().waitFor()
  }

  it('ask 20: comes to the phone with its tab, without anything being done there', async () => {
    expect(await nav().getByRole('link', { name: '任务' }).count()).toBe(0)
    for (const id of cases.slice(0, 2)) await sendVerify(id)
    await nav().getByRole('link', { name: '任务' }).waitFor()
    await hand.page.getByRole('link', { name: '任务 2 件' }).waitFor()
    await look(hand.page, 'tasks-home')
    await new App(hand.page).go('任务')
    await list().nth(1).waitFor()
    // The nearest first: they lie along the road from where the phone is.
    await until('the order', async () => /1 号灯杆/.test(await list().first().innerText()))
    expect(await list().first().innerText()).toMatch(/核实：立案前看有没有[\s\S]*就在附近/)
    expect(await list().nth(1).innerText()).toMatch(/40 米，往东走/)
    for (const theme of ['sun', 'night', 'day']) {
      await hand.page.evaluate((chosen) => (document.documentElement.dataset.theme = chosen), theme)
      await look(hand.page, `tasks-list-${theme}`, { enhanced: theme === 'sun' })
    }
  }, 60_000)

  it('setting out is recorded, and a map is one tap away in its own coordinates', async () => {
    await list().first().getByRole('button', { name: '怎么走' }).click()
    const sheet = hand.page.getByRole('dialog', { name: '怎么走' })
    expect(await sheet.getByRole('link', { name: '用高德地图走' }).getAttribute('href')).toMatch(/^https:\/\/uri\.amap\.com\/navigation\?to=113\.08\d+,27\.86\d+,/)
    expect(await sheet.getByRole('link', { name: '用手机里的地图走' }).getAttribute('href')).toMatch(/^geo:27\.8712\d+,113\.083\d+/)
    await look(hand.page, 'tasks-way')
    await sheet.getByRole('button', { name: '出发' }).click()
    await sheet.getByRole('status').filter({ hasText: '已出发' }).waitFor()
    await sheet.getByRole('button', { name: '关闭' }).last().click()
    await until('the leader to know', async () => (await held(leader, cases[0] ?? ''))?.task?.started !== undefined)
  }, 60_000)

  it('is done where there is no line, survives the page, and the leader sees the finding', async () => {
    const { page } = hand
    await page.evaluate(async () => {
      await navigator.serviceWorker.ready
    })
    await wire.away()
    await list().first().getByRole('link', { name: '去核实' }).click()
    await page.getByRole('button', { name: '先拍一张' }).waitFor()
    await photographed()
    await look(page, 'tasks-verify')
    await hand.kill()
    await hand.start()
    await hand.page.getByText('没存完的核实').waitFor()
    await look(hand.page, 'tasks-left')
    await hand.page.getByRole('link', { name: '接着写' }).click()
    await hand.page.getByRole('list', { name: '照片' }).getByRole('listitem').first().waitFor()
    await hand.page.getByRole('radio', { name: '属实', exact: true }).check({ force: true })
    await look(hand.page, 'tasks-verify-real')
    await hand.page.getByRole('button', { name: '保存：属实' }).click()
    await hand.page.getByRole('status').filter({ hasText: '已存好' }).waitFor()
    await look(hand.page, 'tasks-saved')
    expect(await list().count()).toBe(1)
    await desk.open(`/cases/${cases[0]}`)
    await story().getByText('派核实').waitFor()
    expect(await story().getByText('核实：属实').count()).toBe(0)
    await wire.mode({})
    await hand.page.evaluate(() => dispatchEvent(new Event('online')))
    await story().getByText('核实：属实').waitFor()
    await new App(hand.page).light('全部已到中心').waitFor({ timeout: 30_000 })
  }, 120_000)

  it('L6: taken away while there is no line, what was seen is kept on the case and told as late', async () => {
    const { page } = hand
    await wire.away()
    await list().first().getByRole('link', { name: '去核实' }).click()
    await photographed()
    await act(leader, cases[1] ?? '', 'assign', { assignee: other, how: 'pick' }, (c) => c.task?.assignee === other)
    await page.getByRole('radio', { name: '不属实' }).check({ force: true })
    await page.getByRole('button', { name: '保存：不属实' }).click()
    await page.getByRole('status').filter({ hasText: '已存好' }).waitFor()
    await wire.mode({})
    await page.evaluate(() => dispatchEvent(new Event('online')))
    await desk.open(`/cases/${cases[1]}`)
    await story().getByText(/晚到：这个任务已经改派给别人/).waitFor()
    const c = await until('the leader to have it', async () => {
      const now = await held(leader, cases[1] ?? '')
      return now?.timeline.some((entry) => entry.action === 'verifyFalse') ? now : undefined
    })
    expect([c.state, c.task?.assignee, c.photos?.length]).toEqual(['verifying', other, 2])
    await nav().getByRole('link', { name: '任务' }).waitFor({ state: 'detached' })
    await page.getByRole('link', { name: '看案卷' }).click()
    await page.getByText(/这个任务已经改派给别人/).first().waitFor()
    await look(page, 'tasks-late')
  }, 120_000)
})
