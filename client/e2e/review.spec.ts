// A leader's morning: forty cases judged by keys alone, and by thumb with at most two taps a case; what was decided may be taken back.
import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import type { Case, State } from '@shared/types.gen'
import { caseStamps, openCases } from '../src/db/cases'
import { App } from './pages/app'
import { type Effort, Meter } from './stand/effort'
import { Phone } from './stand/phone'
import { pictureFailures } from './stand/picture'
import { aGlance, root, until } from './stand/program'
import { closeDevice, collector, type Device, report } from './stand/reporters'
import { Server } from './stand/server'
import { Wire } from './stand/wire'

const password = 'buxun-demo-2026'
const mostScriptMs = 100

/** Forty waiting cases with photos, of three collectors, sent by the shipped engine. Resolves with their ids. */
async function fortyCases(server: Server): Promise<Set<string>> {
  const ids = new Set<string>()
  for (const [login, cases] of [['c601', 14], ['c602', 13], ['c603', 13]] as const) {
    const device = await collector(server.origin, login)
    for (const { caseId } of await report(device, cases, `${login} 看到的第`)) ids.add(caseId)
    await closeDevice(device)
  }
  return ids
}

/** Every case that a device of the squad holds, by id. */
async function held({ phone, store }: Device): Promise<Map<string, Case>> {
  const person = phone.person.value?.id ?? ''
  return openCases(store, person, [...(await caseStamps(store, person)).keys()])
}

function keep(name: string, efforts: readonly (Effort & { readonly what: string })[]): void {
  const worst = (of: (effort: Effort) => number) => Math.round(Math.max(...efforts.map(of)))
  const sum = { name, count: efforts.length, worstScriptMs: worst((one) => one.script), worstWallMs: worst((one) => one.wall) }
  mkdirSync(path.join(root, '.stamps/e2e'), { recursive: true })
  writeFileSync(path.join(root, '.stamps/e2e', `${name}.json`), JSON.stringify({ ...sum, efforts }, null, 1))
}

describe('forty cases by keys alone', () => {
  const server = new Server()
  let desk: Phone
  let forty: Set<string>
  pictureFailures(() => ({ desk }))

  beforeAll(async () => {
    await server.start()
    forty = await fortyCases(server)
    desk = new Phone({ origin: server.origin, desktop: true })
    await desk.start()
    await new App(desk.page).signIn('l6', password)
  }, 180_000)

  afterAll(async () => {
    await desk?.remove()
    await server.remove()
  })

  const chosen = () => desk.page.locator('[aria-current="true"]').getAttribute('data-case')
  const left = async () => Number(/\d+/.exec(await desk.page.getByRole('region', { name: '待审核队列' }).getByText(/^还剩/).innerText())?.[0])

  it('each key is answered within 100 ms of script time, and what was decided is what the centre has', async () => {
    const { page } = desk
    const meter = await Meter.of(desk.browser, page)
    await until('the whole queue', async () => (await left()) >= 40)
    await page.getByRole('region', { name: '照片' }).locator('img').first().waitFor()
    const efforts: (Effort & { what: string })[] = []
    const press = async (key: string) => efforts.push({ what: key, ...(await meter.measure(() => page.keyboard.press(key))) })

    // A look around first: down and up, photos, the large photo, the table of keys.
    for (const key of ['j', 'k', 'ArrowRight', 'ArrowLeft', 'Space', 'Escape', '?', 'Escape', '/', 'Escape']) await press(key)
    const decided = new Map<string, State>()
    for (let i = 0; decided.size < 40; i++) {
      const id = (await chosen()) ?? ''
      expect(id).not.toBe('')
      if (!forty.has(id)) {
        await press('j')
        continue
      }
      const before = await left()
      const keys = i % 4 === 1 ? ['r', '2'] : i % 4 === 3 ? ['x', '1'] : ['f']
      for (const key of keys) await press(key)
      decided.set(id, keys[0] === 'f' ? 'filed' : keys[0] === 'r' ? 'returned' : 'rejected')
      expect([await left(), (await chosen()) !== id]).toEqual([before - 1, true])
    }
    keep('review-keys', efforts)
    expect(efforts.filter((effort) => effort.script > mostScriptMs)).toEqual([])
    await page.getByText(/每件约 \d+ 秒/).waitFor()
    await new App(page).light('全部已到中心').waitFor({ timeout: 30_000 })

    const witness = await collector(server.origin, 'l6')
    const states = await until('the decisions to reach another phone', async () => {
      const cases = await held(witness)
      return [...decided.keys()].every((id) => !['reported', undefined].includes(cases.get(id)?.state)) && cases
    })
    expect([...decided.keys()].map((id) => states.get(id)?.state)).toEqual([...decided.values()])
    await closeDevice(witness)
  }, 240_000)
})

describe('forty cases by thumb', () => {
  const server = new Server()
  const wire = new Wire()
  let phone: Phone
  let forty: Set<string>
  pictureFailures(() => ({ phone }))

  beforeAll(async () => {
    await server.start()
    await wire.start(server.port)
    forty = await fortyCases(server)
    phone = new Phone({ origin: wire.origin })
    await phone.start()
    await new App(phone.page).signIn('l6', password)
  }, 180_000)

  afterAll(async () => {
    await phone?.remove()
    wire.stop()
    await server.remove()
  })

  const button = (name: string) => phone.page.getByRole('button', { name, exact: true })
  const left = async () => Number(/\d+/.exec(await phone.page.getByRole('status').filter({ hasText: /^还剩/ }).innerText())?.[0])
  const undo = () => phone.page.getByRole('button', { name: '撤回' })

  it('a decision is taken back within five seconds, and the case is there again', async () => {
    await until('the whole queue', async () => (await left()) >= forty.size)
    const before = await left()
    const title = await phone.page.getByRole('region', { name: '案卷内容' }).locator('strong').first().innerText()
    await button('立案').tap()
    expect(await left()).toBe(before - 1)
    await phone.page.getByRole('status').filter({ hasText: `已立案 · ${title}` }).waitFor()
    await undo().tap()
    await until('the case to be back', async () => (await left()) === before)
    await undo().waitFor({ state: 'detached' })
    expect(await phone.page.getByRole('region', { name: '案卷内容' }).locator('strong').first().innerText()).toBe(title)
  })

  it('L1: what a killed browser left undone goes at the next start', async () => {
    const before = await left()
    await button('立案').tap()
    await undo().waitFor()
    await phone.kill()
    await phone.start('/review')
    await until('the queue without it', async () => (await left()) === before - 1)
    await new App(phone.page).light('全部已到中心').waitFor({ timeout: 30_000 })
    expect(await left()).toBe(before - 1)
  })

  it('with one tap to file and two to return, reject or not accept', async () => {
    const { page } = phone
    const meter = await Meter.of(phone.browser, page)
    const efforts: (Effort & { what: string })[] = []
    const reasons = page.getByRole('dialog').getByRole('list', { name: '常用语列表' }).getByRole('button')
    for (let i = 0, decided = 0; decided < 40; i++, decided++) {
      const before = await left()
      const handled = await button('通过').isVisible()
      const wants = i % 5 === 2 ? (handled ? '不通过' : '退回') : i % 5 === 4 ? (handled ? '不通过' : '不予立案') : handled ? '通过' : '立案'
      await aGlance()
      let taps = 0
      const tap = async (what: string, at: ReturnType<typeof button>) => {
        taps += 1
        efforts.push({ what, ...(await meter.measure(() => at.tap())) })
      }
      await tap(wants, button(wants))
      if (wants !== '立案' && wants !== '通过') await tap('phrase', reasons.nth(i % 3))
      expect(taps).toBeLessThanOrEqual(2)
      expect(await left()).toBe(before - 1)
    }
    keep('review-taps', efforts)
    await new App(page).light('全部已到中心').waitFor({ timeout: 30_000 })
  }, 240_000)

  it('without a line the decision waits, is counted as not sent, and goes when the line is back', async () => {
    await wire.away()
    await button('立案').or(button('通过')).tap()
    await new App(phone.page).light('待传：1 条记录').waitFor()
    await undo().waitFor({ state: 'detached', timeout: 10_000 })
    await new App(phone.page).light('待传：1 条记录').waitFor()
    await wire.mode({})
    await new App(phone.page).light('全部已到中心').waitFor({ timeout: 70_000 })
  })
})
