// Working through many: the condition that a case is filed under, the unit that is suggested for it, and many decided at once.
import type { Page } from 'playwright-core'
import type { Case } from '@shared/types.gen'
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
const hour = 3_600_000
/** 热力井盖异常: filed under one of four conditions. */
const heatCover = 'GB/T 47678.5-2026|matter|01010'

describe('the condition that a case is filed under', () => {
  const server = new Server()
  const wire = new Wire()
  let phone: Phone
  let witness: Device
  let ids: string[]
  pictureFailures(() => ({ phone }))

  beforeAll(async () => {
    await server.start()
    await wire.start(server.port)
    const reporter = await collector(server.origin, 'c602')
    ids = (await report(reporter, 2, '要选立案条件的', undefined, heatCover)).map(({ caseId }) => caseId)
    await closeDevice(reporter)
    witness = await collector(server.origin, 'l6')
    phone = new Phone({ origin: wire.origin })
    await phone.start()
    await new App(phone.page).signIn('l6', password)
    await new App(phone.page).light('全部已到中心').waitFor({ timeout: 30_000 })
  }, 120_000)

  afterAll(async () => {
    await closeDevice(witness)
    await phone?.remove()
    wire.stop()
    await server.remove()
  })

  const held = async (nth: number): Promise<Case | undefined> => {
    const id = ids[nth] ?? ''
    return (await openCases(witness.store, witness.phone.person.value?.id ?? '', [id])).get(id)
  }
  const button = (name: string | RegExp) => phone.page.getByRole('button', { name, exact: true })

  it('is chosen with its limit, without a line too, and the clock runs by it', async () => {
    const { page } = phone
    const waiting = await until('the case at another phone', () => held(0))
    await phone.open(`/cases/${waiting.id}`)
    await page.getByRole('link', { name: '去审核' }).tap()
    const condition = page.getByRole('combobox', { name: '立案条件' })
    await condition.waitFor()
    const offered = await condition.getByRole('option').allInnerTexts()
    expect(offered.length).toBeGreaterThan(1)
    expect(offered.every((one) => /^情形\d，\d+ (分钟|紧急工作时|工作时|工作日)$/.test(one))).toBe(true)
    expect(await condition.evaluate((one: HTMLSelectElement) => one.selectedIndex)).toBe(0)
    await look(page, 'many/phone-condition')
    await themed(page, 'night')
    await look(page, 'many/phone-condition-night')
    await themed(page, null)

    await wire.away()
    await condition.selectOption({ index: 1 })
    await button('立案').tap()
    await new App(page).light('待传：1 条记录').waitFor()
    await page.getByRole('button', { name: '撤回' }).waitFor({ state: 'detached', timeout: 10_000 })
    await wire.mode({})
    await new App(page).light('全部已到中心').waitFor({ timeout: 70_000 })
    const filed = await until('the filing at another phone', async () => {
      const c = await held(0)
      return c?.state === 'filed' && c
    })
    expect(filed.condition).toMatch(/#2$/)

    await phone.open(`/cases/${waiting.id}`)
    await page.getByText('情形2', { exact: true }).waitFor()
    await button('派遣').tap()
    const sheet = page.getByRole('dialog', { name: '派遣' })
    expect(await sheet.getByRole('combobox', { name: '立案条件' }).evaluate((one: HTMLSelectElement) => one.selectedIndex)).toBe(1)
    await sheet.getByRole('button', { name: /环卫/ }).first().tap()
    const dispatched = await until('the dispatch at another phone', async () => {
      const c = await held(0)
      return c?.state === 'dispatched' && c
    })
    const [clock] = (dispatched.clocks ?? []).filter((one) => one.phase === 'handle')
    const [, n, unit] = /(\d+) (\S+)$/.exec(offered[1] ?? '') ?? []
    expect([clock?.limit, clock?.pace]).toEqual([Number(n) * (unit === '工作日' ? 8 * hour : hour), unit === '紧急工作时' ? 'urgent' : 'working'])
  }, 120_000)

  it('is one tap on the case itself', async () => {
    const { page } = phone
    const waiting = await until('the case at another phone', () => held(1))
    await phone.open(`/cases/${waiting.id}`)
    await button('更多').tap()
    await button('立案').tap()
    const sheet = page.getByRole('dialog', { name: '立案' })
    await sheet.getByRole('button', { name: /情形1/ }).waitFor()
    await look(page, 'many/phone-file')
    await sheet.getByRole('button', { name: /情形2/ }).tap()
    const filed = await until('the filing at another phone', async () => {
      const c = await held(1)
      return c?.state === 'filed' && c
    })
    expect(filed.condition).toMatch(/#2$/)
  })
})

describe('the unit that is suggested', () => {
  const server = new Server()
  const wire = new Wire()
  const phones: Phone[] = []
  let witness: Device
  let ids: string[]
  pictureFailures(() => ({ desk: phones[0], phone: phones[1] }))

  const held = async (nth: number): Promise<Case | undefined> => {
    const id = ids[nth] ?? ''
    return (await openCases(witness.store, witness.phone.person.value?.id ?? '', [id])).get(id)
  }
  const at = (nth: number, state: string) => until(`case ${nth} to be ${state}`, async () => {
    const c = await held(nth)
    return c?.state === state && c
  })
  const open = async (desktop: boolean): Promise<Page> => {
    const phone = new Phone({ origin: wire.origin, desktop })
    phones.push(phone)
    await phone.start()
    await new App(phone.page).signIn('l6', password)
    return phone.page
  }

  beforeAll(async () => {
    await server.start()
    await wire.start(server.port)
    const reporter = await collector(server.origin, 'c603')
    ids = (await report(reporter, 4, '要派遣的', undefined, 'GB/T 47678.5-2026|matter|06010')).map(({ caseId }) => caseId)
    await closeDevice(reporter)
    witness = await collector(server.origin, 'l6')
    for (const [nth] of ids.entries()) {
      const c = await at(nth, 'reported')
      await witness.phone.save({ case: c.id, action: 'file', payload: {}, seen: c.revision, taxonomy: 'e2e' })
    }
    for (const [nth] of ids.entries()) await at(nth, 'filed')
  }, 120_000)

  afterAll(async () => {
    await closeDevice(witness)
    for (const phone of phones) await phone.remove()
    wire.stop()
    await server.remove()
  })

  it('is taken by one key, with its reason beside it, and another one by D', async () => {
    const page = await open(true)
    await page.getByRole('button', { name: /^待派遣/ }).click()
    await page.locator(`[data-case="${ids[0]}"]`).click()
    await page.getByText('责任清单：市容环境 · 六中队').waitFor()
    await page.getByRole('button', { name: '派给 石峰环卫（演示）' }).waitFor()
    await look(page, 'many/desk-suggested')
    await themed(page, 'night')
    await look(page, 'many/desk-suggested-night')
    await themed(page, null)
    await page.keyboard.press('f')
    expect((await at(0, 'dispatched')).unit).toBe('demo-env')

    await page.locator(`[data-case="${ids[1]}"]`).click()
    await page.getByText(/责任清单：市容环境 · 六中队；近 30 天\S*同类 \d+ 件/).waitFor()
    await page.keyboard.press('d')
    const sheet = page.getByRole('dialog', { name: '派遣' })
    await sheet.getByText(/责任清单/).waitFor()
    await until('the suggested one to have the keys', () => page.evaluate(() => document.activeElement?.textContent?.includes('石峰环卫') === true))
    await look(page, 'many/desk-units')
    await page.keyboard.press('Enter')
    expect((await at(1, 'dispatched')).unit).toBe('demo-env')
  }, 120_000)

  it('is taken by one tap without a line, from what the phone holds', async () => {
    const page = await open(false)
    await page.getByRole('combobox', { name: '看哪一类' }).waitFor({ timeout: 30_000 })
    await page.getByRole('combobox', { name: '看哪一类' }).selectOption('dispatch')
    await page.getByRole('button', { name: '派给 石峰市政（演示）' }).waitFor()
    await look(page, 'many/phone-suggested')
    await wire.away()
    const before = Number(/\d+/.exec(await page.getByRole('status').filter({ hasText: /^还剩/ }).innerText())?.[0])
    await page.getByRole('button', { name: '派给 石峰市政（演示）' }).tap()
    await page.getByRole('status').filter({ hasText: `还剩 ${before - 1} 件` }).or(page.getByText('没有要审核的案卷')).first().waitFor()
    await wire.mode({})
    await new App(page).light('全部已到中心').waitFor({ timeout: 70_000 })
    await page.getByRole('button', { name: /^待派遣|派给 / }).first().waitFor()
  }, 120_000)
})

describe('many at once', () => {
  const server = new Server()
  const wire = new Wire()
  const phones: Phone[] = []
  let witness: Device
  let ids: string[]
  pictureFailures(() => ({ desk: phones[0], phone: phones[1] }))

  const states = async (): Promise<string[]> => {
    const held = await openCases(witness.store, witness.phone.person.value?.id ?? '', ids)
    return ids.map((id) => held.get(id)?.state ?? '')
  }
  const all = (state: string, of: readonly number[]) => until(`${of.join()} to be ${state}`, async () => {
    const now = await states()
    return of.every((nth) => now[nth] === state)
  }, 30_000)
  const open = async (desktop: boolean): Promise<Page> => {
    const phone = new Phone({ origin: wire.origin, desktop })
    phones.push(phone)
    await phone.start()
    await new App(phone.page).signIn('l6', password)
    return phone.page
  }
  const ours = async (page: Page, words: string) => {
    await page.keyboard.press('/')
    await page.keyboard.type(words)
    await page.keyboard.press('Enter')
    await until('only ours', async () => (await page.locator('[data-case]').allInnerTexts()).length > 0)
  }

  beforeAll(async () => {
    await server.start()
    await wire.start(server.port)
    const reporter = await collector(server.origin, 'c604')
    ids = (await report(reporter, 8, '一起办的')).map(({ caseId }) => caseId)
    await closeDevice(reporter)
    witness = await collector(server.origin, 'l6')
    await all('reported', [0, 1, 2, 3, 4, 5, 6, 7])
  }, 120_000)

  afterAll(async () => {
    await closeDevice(witness)
    for (const phone of phones) await phone.remove()
    wire.stop()
    await server.remove()
  })

  it('by keys: picked on the way, told beforehand, filed together, taken back together, and each its own operation', async () => {
    const page = await open(true)
    await until('the queue', async () => (await page.locator('[data-case]').count()) >= 8)
    await ours(page, '一起办的')
    await until('eight', async () => (await page.locator('[data-case]').count()) === 8)
    await page.locator(`[data-case="${ids[0]}"]`).click()
    for (let i = 0; i < 7; i++) await page.keyboard.press('Shift+ArrowDown')
    await page.getByText('已选 8 件').waitFor()
    await look(page, 'many/desk-picked')
    await page.keyboard.press('s')
    await page.getByText('已选 7 件').waitFor()
    await page.keyboard.press('s')
    await page.keyboard.press('f')
    const sheet = page.getByRole('dialog', { name: '立案 8 件' })
    await sheet.getByText('8 件将立案').waitFor()

    // Meanwhile somebody else returns one of them.
    const held = (await openCases(witness.store, witness.phone.person.value?.id ?? '', [ids[7] ?? ''])).get(ids[7] ?? '')
    await witness.phone.save({ case: ids[7] ?? '', action: 'return', payload: { reason: '照片看不清' }, seen: held?.revision ?? 1, taxonomy: 'e2e' })
    await sheet.getByText('7 件将立案').waitFor({ timeout: 30_000 })
    await sheet.getByText('1 件不行').waitFor()
    await sheet.getByText(/^1 件：已被 中队长6 退回补充 · \w+-8$/).waitFor()
    await look(page, 'many/desk-plan')
    await themed(page, 'night')
    await look(page, 'many/desk-plan-night')
    await themed(page, null)
    await page.keyboard.press('Enter')
    await page.getByText('已立案 · 7 件').waitFor()
    await look(page, 'many/desk-undo')
    await page.keyboard.press('u')
    await until('seven to be back', async () => (await page.locator('[data-case]').count()) >= 7 && (await page.getByRole('button', { name: '撤回' }).count()) === 0)
    expect((await states()).slice(0, 7)).toEqual(Array(7).fill('reported'))

    await ours(page, '一起办的')
    await page.keyboard.press('s')
    await page.getByText('已选 1 件').waitFor()
    await page.getByRole('button', { name: '全选' }).click()
    await page.keyboard.press('f')
    await page.getByRole('dialog', { name: '立案 7 件' }).getByText('7 件将立案').waitFor()
    await page.keyboard.press('Enter')
    await all('filed', [0, 1, 2, 3, 4, 5, 6])

    await page.getByRole('button', { name: /^待派遣/ }).click()
    await ours(page, '一起办的')
    await page.keyboard.press('s')
    await page.getByRole('button', { name: '全选' }).click()
    await page.keyboard.press('d')
    const given = page.getByRole('dialog', { name: '派遣 7 件' })
    await given.getByText('4 件将派给 石峰环卫（演示）').waitFor()
    await given.getByText('3 件将派给 石峰城管执法（演示）').waitFor()
    await look(page, 'many/desk-dispatch')
    // Where the keys go is what is chosen.
    await page.keyboard.press('ArrowDown')
    await given.getByText('4 件将派给').waitFor({ state: 'detached' })
    await given.getByText('7 件将派给').waitFor()
    await page.keyboard.press('ArrowUp')
    await given.getByText('4 件将派给 石峰环卫（演示）').waitFor()
    await page.keyboard.press('Enter')
    await all('dispatched', [0, 1, 2, 3, 4, 5, 6])
    const units = [...(await openCases(witness.store, witness.phone.person.value?.id ?? '', ids.slice(0, 7))).values()].map(({ unit }) => unit)
    expect(units.filter((unit) => unit === 'demo-env').length).toBe(4)
    expect(units.filter((unit) => unit === 'demo-order').length).toBe(3)
  }, 240_000)

  it('by thumb, without a line: from the list with its boxes, returned with one reason', async () => {
    const page = await open(false)
    await page.getByRole('button', { name: '多选' }).tap()
    await page.getByRole('checkbox').first().waitFor()
    for (const nth of [0, 1]) await page.getByRole('checkbox').nth(nth).tap()
    await page.getByText('已选 2 件').waitFor()
    await look(page, 'many/phone-picked')
    await wire.away()
    await page.getByRole('button', { name: '退回补充', exact: true }).tap()
    const sheet = page.getByRole('dialog', { name: '退回补充 2 件' })
    await sheet.getByRole('list', { name: '常用语列表' }).getByRole('button').first().tap()
    await look(page, 'many/phone-plan')
    await themed(page, 'night')
    await look(page, 'many/phone-plan-night')
    await themed(page, null)
    await sheet.getByRole('button', { name: '退回补充 2 件' }).tap()
    await page.getByText('已退回 · 2 件').waitFor()
    await new App(page).light('待传：2 条记录').waitFor()
    await page.getByRole('button', { name: '撤回' }).waitFor({ state: 'detached', timeout: 15_000 })
    await wire.mode({})
    await new App(page).light('全部已到中心').waitFor({ timeout: 70_000 })
  }, 120_000)
})
