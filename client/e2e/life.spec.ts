// A case's life at the leader's: filed, dispatched, handled by the unit, not well done, done again, passed, closed; the story tells exactly that.
import type { Locator, Page } from 'playwright-core'
import type { Case } from '@shared/types.gen'
import { photograph } from '../squad/capture'
import { openAlbum } from '../squad/album'
import { caseStamps, openCases } from '../src/db/cases'
import { App } from './pages/app'
import { look } from './stand/look'
import { Phone } from './stand/phone'
import { root, until } from './stand/program'
import { closeDevice, collector, type Device, report } from './stand/reporters'
import { Server } from './stand/server'

const password = 'buxun-demo-2026'
const album = openAlbum(`${root}/`)
let shots = 0

/** What somebody saw, with a photo, by the shipped engine. */
async function saw(device: Device, id: string, action: 'handle' | 'recheckPass' | 'recheckFail'): Promise<void> {
  const c = await until(`the case at ${device.name} for ${action}`, async () => {
    const found = (await openCases(device.store, device.phone.person.value?.id ?? '', [id])).get(id)
    return found?.state === (action === 'handle' ? 'dispatched' : 'handled') && found
  })
  const draft = device.phone.newId()
  const now = device.phone.clock.now()
  const developed = await album.take(album.names[shots++ % album.names.length] ?? '', `${action} ${draft}`)
  const photos = await photograph(device, draft, [{ developed, part: 'after', origin: 'camera', takenAt: now, fix: null }])
  await device.phone.save({ case: id, action, payload: {}, seen: c.revision, taxonomy: 'e2e', draft, photos })
}

describe('a case from filing to closing', () => {
  const server = new Server()
  const phones: Phone[] = []
  const devices: Device[] = []

  afterAll(async () => {
    for (const device of devices) await closeDevice(device)
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
  const as = async (login: string): Promise<Device> => {
    const device = await collector(server.origin, login)
    devices.push(device)
    return device
  }
  const button = (page: Page | Locator, name: string | RegExp) => page.getByRole('button', { name, exact: true })
  const state = (page: Page, word: string) => page.locator('.title').getByText(word, { exact: true }).waitFor()

  it('the leader carries it by taps on the case, and the timeline tells what happened', async () => {
    await server.start()
    const reporter = await as('c602')
    const [made] = await report(reporter, 1, '井盖边上堆着垃圾')
    const id = made?.caseId ?? ''
    const leader = await open('l6')
    const { page } = leader
    await leader.open(`/cases/${id}`)
    await page.locator('dl').first().waitFor({ timeout: 30_000 })

    await button(page, '更多').tap()
    await button(page.getByRole('dialog', { name: '下一步' }), '立案').tap()
    await state(page, '已立案')
    await look(page, 'life/phone-filed')
    await button(page, '派遣').tap()
    const units = page.getByRole('dialog', { name: '派遣' })
    await look(page, 'life/phone-units')
    await units.getByRole('button', { name: /环卫/ }).first().tap()
    await state(page, '处置中')
    await look(page, 'life/phone-dispatched')
    await page.getByRole('button', { name: '撤回' }).waitFor({ state: 'detached' })

    const unit = await open('u1')
    await unit.open(`/cases/${id}`)
    await unit.page.locator('dl').first().waitFor({ timeout: 30_000 })
    await state(unit.page, '处置中')
    await look(unit.page, 'life/phone-unit')
    expect(await unit.page.locator('main').innerText()).not.toContain('采集员6-02')
    await button(unit.page, '更多').tap()
    await button(unit.page, '申请延期').tap()
    await unit.page.getByRole('dialog', { name: '申请延期' }).getByRole('button', { name: '天气不允许' }).tap()
    await unit.page.getByText('申请延期').first().waitFor()
    const ask = page.getByRole('region', { name: '申请' })
    await ask.waitFor({ timeout: 30_000 })
    await look(page, 'life/phone-ask')
    await button(ask, '同意').tap()
    await ask.waitFor({ state: 'detached' })
    await page.getByRole('button', { name: '撤回' }).waitFor({ state: 'detached' })

    const worker = await as('u1')
    await saw(worker, id, 'handle')
    await state(page, '待核查')
    const send = async () => {
      await button(page, '派核查').tap()
      await button(page.getByRole('dialog', { name: '派核查' }), '点名').tap()
      await page.getByRole('dialog', { name: '派核查' }).getByRole('button', { name: '采集员6-02' }).tap()
      await page.getByRole('button', { name: '撤回' }).waitFor()
      await page.getByRole('button', { name: '撤回' }).waitFor({ state: 'detached' })
    }
    await send()
    await saw(reporter, id, 'recheckFail')
    await state(page, '处置中')
    await saw(worker, id, 'handle')
    await state(page, '待核查')
    await send()
    await saw(reporter, id, 'recheckPass')
    await button(page, '结案').waitFor({ timeout: 30_000 })
    await look(page, 'life/phone-passed')
    await button(page, '结案').tap()
    await state(page, '已结案')
    await new App(page).light('全部已到中心').waitFor({ timeout: 30_000 })

    const story = await page.getByRole('region', { name: '经过' }).getByRole('listitem').locator('.head strong').allInnerTexts()
    const told = story.filter((line) => !['编案卷号', '超期'].includes(line))
    expect(told).toEqual(['上报', '立案', '派遣', '申请延期', '同意延期', '处置完成', '派核查', '核查不通过，返工', '处置完成', '派核查', '核查通过', '结案'])
    await page.getByRole('region', { name: '经过' }).scrollIntoViewIfNeeded()
    await look(page, 'life/phone-story')
    await unit.page.locator('.title').getByText('已结案').waitFor({ timeout: 30_000 })
  }, 240_000)

  it('ask 19: two reports of one thing are proposed at the desk, merged by one key, and taken apart as they were', async () => {
    const [one, two] = [await as('c601'), await as('c603')]
    const place = { longitude: 113.0911, latitude: 27.8651 }
    const [first] = await report(one, 1, '先报的', place)
    const [second] = await report(two, 1, '后报的', place)
    const leader = await as('l6')
    const held = async (id: string): Promise<Case | undefined> => (await openCases(leader.store, leader.phone.person.value?.id ?? '', [id])).get(id)
    const ids = [first?.caseId ?? '', second?.caseId ?? ''] as const
    const plain = ({ timeline: _, revision: __, changedAt: ___, clocks: ____, ...rest }: Case) => rest
    const before = await until('both at the leader', async () => {
      const [a, b] = [await held(ids[0]), await held(ids[1])]
      return a && b && (await caseStamps(leader.store, leader.phone.person.value?.id ?? '')).size > 0 && [plain(a), plain(b)]
    })

    const desk = await open('l6', true)
    await desk.page.locator(`[data-case="${ids[1]}"]`).click()
    const panel = desk.page.getByRole('region', { name: '可能是同一处' })
    await panel.getByText(/照片(很|不太)像/).waitFor({ timeout: 30_000 })
    await look(desk.page, 'life/desk-twins')
    await desk.page.keyboard.press('m')
    await until('the merge at another phone', async () => (await held(ids[1]))?.into === ids[0])
    await desk.open(`/cases/${ids[0]}`)
    const merged = desk.page.getByRole('region', { name: '并入这里的' })
    await merged.getByText('采集员6-03').waitFor()
    await look(desk.page, 'life/desk-merged')
    await merged.getByRole('button', { name: '拆开，恢复原样' }).click()
    await until('both as they were', async () => {
      const [a, b] = [await held(ids[0]), await held(ids[1])]
      return a && a.duplicates === undefined && b?.state === 'reported'
    })
    const [a, b] = [await held(ids[0]), await held(ids[1])]
    expect([a && plain(a), b && plain(b)]).toEqual(before)
  }, 180_000)
})
