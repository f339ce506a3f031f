// The squad's day on a wall: who holds what since when, what is lost, how many; it follows by itself.
import { App } from './pages/app'
import { look, themed } from './stand/look'
import { Phone } from './stand/phone'
import { pictureFailures } from './stand/picture'
import { until } from './stand/program'
import { closeDevice, collector, type Device, Halt, report, save } from './stand/reporters'
import { Server } from './stand/server'
import { Wire } from './stand/wire'

const password = 'buxun-demo-2026'

describe("a squad's day", () => {
  const server = new Server()
  const wire = new Wire()
  const devices: Device[] = []
  let desk: Phone
  let hand: Phone
  pictureFailures(() => ({ desk, hand }))

  beforeAll(async () => {
    await server.start()
    await wire.start(server.port)
    desk = new Phone({ origin: wire.origin, desktop: true })
    hand = new Phone({ origin: server.origin })
    await desk.start()
    await new App(desk.page).signIn('l6', password)
    await new App(desk.page).go('今日中队')
  }, 180_000)

  afterAll(async () => {
    for (const device of devices) await closeDevice(device)
    await desk?.remove()
    await hand?.remove()
    wire.stop()
    await server.remove()
  })

  const row = (name: string, { page } = desk) => page.getByRole('list', { name: '队员' }).getByRole('listitem').filter({ has: page.getByRole('link', { name, exact: true }) })
  const figure = async (name: string) => Number(/\d+/.exec(await desk.page.getByRole('list', { name: '中队今天的数字' }).getByRole('listitem').filter({ hasText: name }).innerText())?.[0])
  const alarms = () => desk.page.getByRole('region', { name: '要马上处理' })
  const come = async (login: string, halt?: Halt) => {
    const device = await collector(server.origin, login, halt)
    devices.push(device)
    return device
  }

  it('L13: says what a phone holds and since when, after it said so and went; it clears by itself when all came', async () => {
    const halt = new Halt()
    const device = await come('c601', halt)
    await row('采集员6-01').getByText('在线', { exact: true }).waitFor()
    device.line.become({ off: true })
    device.line.cut()
    for (let i = 0; i < 3; i++) await save(device, `路边的第 ${i + 1} 处`, i)
    halt.pushes = true
    device.line.become({})
    device.phone.wake()
    await row('采集员6-01').getByText(/还有 3 条记录没传，从 \d\d:\d\d 起/).waitFor()
    device.line.become({ off: true })
    device.line.cut()
    await row('采集员6-01').getByText(/刚刚|\d 分钟前/).waitFor()
    await row('采集员6-01').getByText(/还有 3 条记录没传，从 \d\d:\d\d 起/).waitFor()
    expect([await figure('没传的记录'), await figure('没传的照片')]).toEqual([3, 0])
    await look(desk.page, 'day-holds')

    halt.pushes = false
    halt.uploads = true
    device.line.become({})
    device.phone.wake()
    await row('采集员6-01').getByText(/还有 3 张照片没传，从 \d\d:\d\d 起/).waitFor()
    expect([await figure('没传的记录'), await figure('没传的照片')]).toEqual([0, 3])
    halt.uploads = false
    device.phone.wake()
    await row('采集员6-01').getByText('都已到中心').waitFor({ timeout: 90_000 })
    expect([await figure('没传的记录'), await figure('没传的照片')]).toEqual([0, 0])
  }, 180_000)

  it('L13: raises an alarm that names what a phone lost and says what to do', async () => {
    const device = await come('c602')
    await report(device, 1, '在路口')
    device.line.become({ off: true })
    device.line.cut()
    for (let i = 0; i < 2; i++) await save(device, `再往前 ${i + 1}`, i)
    const replica = (await device.store.db.replicas.toArray())[0]?.id ?? ''
    await device.store.db.operations.delete([replica, 2])
    device.line.become({})
    device.phone.wake()
    await alarms().getByText(/采集员6-02的手机：编号 [0-9A-Z]{5}-2 的记录没有到，后面的已经到了/).waitFor()
    await alarms().getByText(/是 \d\d:\d\d 到 \d\d:\d\d 之间记的/).waitFor()
    await alarms().getByText(/联系队员，打开手机联网.*请他照原样补报/).waitFor()
    await row('采集员6-02').getByText('有记录没有到，看上面').waitFor()
  }, 120_000)

  it('counts what was reported, filed and returned today, for the squad and each person, and each number opens what it counts', async () => {
    const { page } = desk
    const before = { reported: await figure('今天上报'), filed: await figure('今天立案'), returned: await figure('今天退回'), waiting: await figure('待受理') }
    const device = await come('c603')
    const made = await report(device, 3, '今天的第')
    const leader = await come('l6')
    const decide = async (nth: number, action: 'file' | 'return') => {
      const payload = action === 'return' ? { reason: '照片看不清' } : {}
      await leader.phone.save({ case: made[nth]?.caseId ?? '', action, payload, seen: 1, taxonomy: 'e2e', draft: '', photos: [] })
    }
    await decide(0, 'file')
    await decide(1, 'return')
    await until('the numbers', async () => (await figure('今天立案')) === before.filed + 1 && (await figure('今天退回')) === before.returned + 1)
    await row('采集员6-03').getByText(/\d\d:\d\d 在 建设路 3 号灯杆旁/).waitFor()
    expect([await figure('今天上报'), await figure('待受理')]).toEqual([before.reported + 3, before.waiting + 1])
    const counts = row('采集员6-03').getByRole('list').getByRole('listitem')
    const all = (await counts.allInnerTexts()).map((text) => Number(/\d+/.exec(text)?.[0]))
    for (const [nth, name] of ['上报', '立案', '退回', '待受理'].entries()) {
      if (all[nth] === 0) continue
      await counts.nth(nth).getByRole('link').click()
      await page.getByText(new RegExp(`^${all[nth]} 件`)).waitFor()
      await page.getByRole('button', { name: /采集员6-03/ }).waitFor()
      expect({ name, n: await page.getByRole('list', { name: '案卷列表' }).getByRole('link').count() }).toEqual({ name, n: all[nth] })
      await page.goBack()
      await row('采集员6-03').waitFor()
    }
    const [filed] = [await figure('今天立案')]
    await page.getByRole('list', { name: '中队今天的数字' }).getByRole('link').filter({ hasText: '今天立案' }).click()
    await page.getByText(new RegExp(`^${filed} 件`)).waitFor()
    await page.goBack()
    await row('采集员6-03').waitFor()
  }, 120_000)

  it('keeps what it showed while the centre cannot be reached, says so, and goes on by itself', async () => {
    await wire.away()
    await desk.page.getByRole('alert').getByText('现在连不上中心').waitFor({ timeout: 30_000 })
    await desk.page.getByText(/下面是 \d\d:\d\d 的情况/).waitFor()
    await row('采集员6-02').waitFor()
    await wire.mode({})
    await desk.page.getByText(/\d\d:\d\d 的情况，随时更新/).waitFor({ timeout: 30_000 })
  }, 90_000)

  it('is walked through by keyboard', async () => {
    const { page } = desk
    await page.getByRole('navigation', { name: '主导航' }).getByRole('link', { name: '今日中队' }).focus()
    const target = row('采集员6-01').getByRole('link', { name: '采集员6-01' })
    await until('the row to be reached by Tab', async () => {
      await page.keyboard.press('Tab')
      return target.evaluate((link) => link === document.activeElement)
    })
    await page.keyboard.press('Enter')
    await page.getByRole('button', { name: /采集员6-01/ }).waitFor()
    await page.goBack()
  })

  it('is on the phone, on the wall and in every theme without a fault for axe, nothing cut off', async () => {
    const { page } = desk
    await row('采集员6-02').waitFor()
    await look(page, 'day-1440')
    await page.setViewportSize({ width: 1920, height: 1080 })
    await look(page, 'day-1920')
    await hand.start()
    await new App(hand.page).signIn('l6', password)
    await new App(hand.page).go('今日中队')
    await row('采集员6-02', hand).waitFor()
    await look(hand.page, 'day-390')
    for (const theme of ['sun', 'night', 'day']) {
      for (const one of [page, hand.page]) await themed(one, theme)
      await look(page, `day-1920-${theme}`)
      await look(hand.page, `day-390-${theme}`)
    }
    for (const one of [page, hand.page]) {
      await one.evaluate(() => localStorage.setItem('buxun.language', 'en'))
      await one.reload()
      await one.getByRole('list', { name: 'People' }).getByRole('listitem').first().waitFor()
    }
    await page.setViewportSize({ width: 1440, height: 900 })
    await look(page, 'day-1440-en')
    await look(hand.page, 'day-390-en')
  }, 120_000)

  it('an administrator chooses the squad; a collector is not shown it', async () => {
    const other = new Phone({ origin: server.origin, desktop: true })
    await other.start()
    await new App(other.page).signIn('admin', password)
    await new App(other.page).go('今日中队')
    const squad = other.page.getByRole('combobox', { name: '中队' })
    await squad.selectOption({ label: '六中队' })
    await row('采集员6-02', other).waitFor()
    await other.page.getByRole('region', { name: '要马上处理' }).getByText(/采集员6-02的手机/).waitFor()
    await look(other.page, 'day-admin')
    await other.remove()
    const asked = await fetch(`${server.origin}/api/day`)
    expect(asked.status).toBe(401)
  }, 60_000)
})
