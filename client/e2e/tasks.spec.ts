// A collector is sent to look: the task comes to the phone, is done where there is no line, and the leader sees what was found.
import type { Action, Case, Payload } from '@shared/types.gen'
import { openCases } from '../src/db/cases'
import { App } from './pages/app'
import { Report } from './pages/report'
import { film } from './stand/camera'
import { look, themed } from './stand/look'
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

/** Takes a case to whoever handles it. */
async function toUnit(leader: Device, id: string, unit: string): Promise<void> {
  await act(leader, id, 'file', {}, (c) => c.state === 'filed')
  await act(leader, id, 'dispatch', { unit }, (c) => c.state === 'dispatched')
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
      await themed(hand.page, theme)
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
    await story().getByText('核实：属实').waitFor({ timeout: 60_000 })
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
    await story().getByText(/晚到：这个任务已经改派给别人/).waitFor({ timeout: 60_000 })
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

  it('goes to who answers for the area: the sheet names them before the tap, and the case says why it was this one', async () => {
    const { page } = desk
    await desk.open(`/cases/${cases[2]}`)
    if (!(await page.getByRole('button', { name: '派核实', exact: true }).isVisible())) await page.getByRole('button', { name: '更多', exact: true }).click()
    await page.getByRole('button', { name: '派核实', exact: true }).click()
    const sheet = page.getByRole('dialog', { name: '派核实' })
    await sheet.getByText('湘天桥社区归采集员6-01、采集员6-13，在岗的优先，轮着派').waitFor()
    await look(page, 'tasks-send')
    await sheet.getByRole('button', { name: /^责任采集员/ }).click()
    const c = await until('somebody to be sent', async () => {
      const now = await held(leader, cases[2] ?? '')
      return now?.task?.assignee === undefined || now.task.assignee === '' ? undefined : now
    })
    expect([c.task?.assignee, c.task?.how]).toEqual([me, 'area'])
    await page.getByText('采集员6-01（责任采集员）').waitFor()
    await story().getByText('给 采集员6-01 · 派法：责任采集员').waitFor()
  }, 60_000)
})

describe('a case that is handled and looked at again', () => {
  const server = new Server()
  const wire = new Wire()
  let leader: Device
  let unit: Phone
  let hand: Phone
  let me: string
  let id: string
  pictureFailures(() => ({ unit, hand }))

  beforeAll(async () => {
    await server.start()
    await wire.start(server.port)
    leader = await collector(server.origin, 'l6')
    const [sent, reporter] = [await collector(server.origin, 'c601'), await collector(server.origin, 'c604')]
    me = sent.phone.person.value?.id ?? ''
    id = (await report(reporter, 1, '树枝堵住了排水口'))[0]?.caseId ?? ''
    for (const device of [sent, reporter]) await closeDevice(device)
    unit = new Phone({ origin: wire.origin, camera: film('street-car-gps.jpg', 'square-no-gps.jpg') })
    hand = new Phone({ origin: wire.origin, camera: film('street-gps.jpg', 'square-no-gps.jpg') })
    await unit.start()
    await new App(unit.page).signIn('u1', password)
    await hand.start()
    await new App(hand.page).signIn('c601', password)
    for (const { page } of [unit, hand]) await page.evaluate(async () => {
      await navigator.serviceWorker.ready
    })
  }, 120_000)

  afterAll(async () => {
    await closeDevice(leader)
    await unit?.remove()
    await hand?.remove()
    wire.stop()
    await server.remove()
  })

  const list = ({ page }: Phone) => page.getByRole('list', { name: '任务列表' }).getByRole('listitem')
  const now = () => held(leader, id)

  async function snap({ page }: Phone): Promise<void> {
    await page.getByRole('button', { name: '拍照', exact: true }).click()
    await page.getByRole('list', { name: '照片' }).getByRole('listitem').first().waitFor()
  }

  async function backOnLine({ page }: Phone): Promise<void> {
    await wire.mode({})
    await page.evaluate(() => dispatchEvent(new Event('online')))
  }

  it('comes to the unit, which has no shutter and no collector to see, and is handled without a line', async () => {
    const { page } = unit
    await page.getByRole('heading', { name: '待处置' }).waitFor()
    expect(await page.getByRole('navigation', { name: '主导航' }).getByRole('link').allInnerTexts()).toEqual(['任务', '案卷', '手机', '我的'])
    await look(page, 'tasks-unit-none')
    await toUnit(leader, id, 'demo-env')
    await list(unit).first().waitFor()
    expect(await page.locator('body').innerText()).not.toContain('采集员')
    await list(unit).first().locator('img').waitFor()
    await look(page, 'tasks-unit')
    await wire.away()
    await list(unit).first().getByRole('link', { name: '拍处置后', exact: true }).click()
    await page.getByRole('slider', { name: '处置前影子的深浅' }).waitFor()
    await page.locator('.shadow img').first().waitFor()
    await look(page, 'tasks-handle')
    await snap(unit)
    await page.getByRole('button', { name: '保存：处置完成' }).click()
    await page.getByRole('status').filter({ hasText: '已存好' }).waitFor()
    await page.getByText('派给你们单位的案卷会在这里').waitFor()
    expect((await now())?.state).toBe('dispatched')
    await backOnLine(unit)
    await until('the leader to see it handled', async () => (await now())?.state === 'handled')
    expect((await now())?.photos?.map(({ part }) => part)).toEqual(['scene', 'after'])
  }, 120_000)

  it('is re-checked without a line with the first photo as a shadow, not passed, and comes back to the unit as rework', async () => {
    const { page } = hand
    await act(leader, id, 'sendRecheck', { assignee: me, how: 'pick' }, (c) => c.task?.assignee === me)
    await new App(page).go('任务')
    await list(hand).first().getByText('核查：处置后看好没好').waitFor()
    await list(hand).first().locator('img').waitFor()
    await wire.away()
    await list(hand).first().getByRole('link', { name: '去核查', exact: true }).click()
    await page.getByRole('slider', { name: '处置前影子的深浅' }).waitFor()
    await snap(hand)
    await page.getByRole('radio', { name: '不通过' }).check({ force: true })
    await look(page, 'tasks-recheck')
    await page.getByRole('button', { name: '保存：不通过' }).click()
    await page.getByText('派给你的核实、核查会在这里').waitFor()
    await backOnLine(hand)
    await until('the leader to see it failed', async () => (await now())?.rechecked === 'recheckFail')
    expect([(await now())?.state, (await now())?.reworks]).toEqual(['dispatched', 1])
    await backOnLine(unit)
    await list(unit).first().waitFor()
  }, 120_000)

  it('is compared before and after, side by side and by an edge that keys move', async () => {
    const { page } = hand
    await hand.open(`/cases/${id}`)
    const compare = page.getByRole('region', { name: '前后对比' })
    await compare.scrollIntoViewIfNeeded()
    await compare.getByRole('img', { name: '处置后' }).waitFor()
    await look(page, 'tasks-compare')
    await compare.getByRole('radio', { name: '拖动' }).check({ force: true })
    await compare.getByRole('slider', { name: '拖动分界' }).focus()
    for (let i = 0; i < 20; i++) await page.keyboard.press('ArrowRight')
    expect(await compare.getByRole('slider').inputValue()).toBe('70')
    expect(await compare.locator('figure').first().evaluate((one) => getComputedStyle(one).clipPath)).toBe('inset(0px 30% 0px 0px)')
    await look(page, 'tasks-slide')
  }, 60_000)

  it('ask 19: without a line, an open case of the same kind is shown with its photo before saving, and one tap adds the photos to it', async () => {
    const { page } = hand
    await hand.open('/')
    await until('the case to be open here', () => page.getByRole('link', { name: '拍照上报' }).isVisible())
    await wire.away()
    await page.getByRole('link', { name: '拍照上报' }).click()
    await snap(hand)
    await page.getByRole('button', { name: '下一步' }).click()
    await page.getByRole('radiogroup', { name: '类别' }).waitFor()
    await page.getByRole('radio', { name: '暴露垃圾' }).first().check({ force: true })
    const near = page.getByRole('region', { name: /米以内/ })
    await near.getByText('可能已经报过').first().waitFor()
    await near.locator('img').first().waitFor()
    await near.scrollIntoViewIfNeeded()
    await look(page, 'tasks-near')
    await near.getByRole('listitem').first().getByRole('button', { name: '仍然存在' }).click()
    await page.getByRole('status').filter({ hasText: '照片已加到' }).waitFor()
    await look(page, 'tasks-added')
    await backOnLine(hand)
    const confirmed = await until('the photos on the case', async () => (await now())?.timeline.find((entry) => entry.action === 'confirm'))
    expect([confirmed.late, confirmed.photos?.length]).toEqual([undefined, 1])
  }, 120_000)

  it('several things of a kind in one field of view are one case: the second goes to the first in one tap, without a line', async () => {
    const { page } = hand
    await wire.away()
    await hand.open('/report')
    const photographed = async (kind: string) => {
      await snap(hand)
      await page.getByRole('button', { name: '下一步' }).click()
      await page.getByRole('radiogroup', { name: '类别' }).waitFor()
      await page.getByRole('radio', { name: kind }).first().check({ force: true })
    }
    await photographed('非法小广告')
    await page.getByRole('button', { name: '保存上报' }).click()
    const short = await new Report(page).saved()
    await photographed('非法小广告')
    const near = page.getByRole('region', { name: /米以内/ })
    await near.getByText('你刚报过，同一视野算一件').waitFor()
    await near.scrollIntoViewIfNeeded()
    await look(page, 'tasks-one-view')
    await near.getByRole('button', { name: '同一视野，照片加到这件' }).click()
    await page.getByRole('status').filter({ hasText: '照片已加到' }).getByText(short).waitFor()
    await backOnLine(hand)
    await hand.open('/cases')
    await page.getByRole('searchbox', { name: '搜索案卷' }).fill(short)
    await page.getByRole('list', { name: '案卷列表' }).getByRole('link').first().click()
    const story = page.getByRole('region', { name: '经过' })
    await story.getByText('补照片', { exact: true }).waitFor()
    expect(await story.getByText('仍然存在').count()).toBe(0)
  }, 120_000)

  it('ask 8: two people change one field unseen by each other; the phone offers both with author and time, and one tap chooses', async () => {
    const { page } = hand
    const other = await collector(server.origin, 'c604')
    const from = (await now())?.address ?? ''
    for (const [device, to] of [[leader, '建设路 5 号灯杆旁'], [other, '建设路 7 号灯杆旁']] as const) {
      await act(device, id, 'amend', { changes: [{ field: 'address', from, to }] }, (c) => c.address === to)
    }
    await closeDevice(other)
    await hand.open(`/cases/${id}`)
    const both = page.getByRole('group', { name: /位置有两个改法/ })
    await both.getByRole('button').nth(1).waitFor()
    expect((await both.getByRole('button').allInnerTexts()).map((text) => text.replace(/\s+/g, ' '))).toEqual([
      expect.stringMatching(/^建设路 7 号灯杆旁 采集员6-04 · .+ · 现在用的$/), expect.stringMatching(/^建设路 5 号灯杆旁 中队长6 · .+$/),
    ])
    await both.scrollIntoViewIfNeeded()
    await look(page, 'tasks-conflict')
    await both.getByRole('button', { name: /5 号/ }).click()
    await page.getByText('有两个人改过，已选定').waitFor()
    await until('the leader to see the choice', async () => (await now())?.address === '建设路 5 号灯杆旁' && (await now())?.conflicts?.every((one) => one.settled) === true)
    expect(JSON.stringify((await now())?.timeline)).toContain('建设路 7 号灯杆旁')
  }, 120_000)
})
