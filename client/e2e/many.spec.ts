// Working through many: the condition that a case is filed under, the unit that is suggested for it.
import type { Page } from 'playwright-core'
import type { Case } from '@shared/types.gen'
import { openCases } from '../src/db/cases'
import { App } from './pages/app'
import { look } from './stand/look'
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

async function night(page: Page): Promise<void> {
  await page.evaluate(() => (document.documentElement.dataset.theme = 'night'))
}

async function day(page: Page): Promise<void> {
  await page.evaluate(() => delete document.documentElement.dataset.theme)
}

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
    await night(page)
    await look(page, 'many/phone-condition-night')
    await day(page)

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
    await night(page)
    await look(page, 'many/desk-suggested-night')
    await day(page)
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
