// A lost phone: revoked while it was out of reach, it first delivers what it held, then forgets everything, and the office is told.
import type { Page } from 'playwright-core'
import { App } from './pages/app'
import { Report } from './pages/report'
import { film, photo } from './stand/camera'
import { look } from './stand/look'
import { Phone } from './stand/phone'
import { pictureFailures } from './stand/picture'
import { until } from './stand/program'
import { Server } from './stand/server'
import { hashOf, servedHash } from './stand/traffic'
import { Wire } from './stand/wire'

const password = 'buxun-demo-2026'

/** How many rows each table of the phone's database holds. */
function rows(page: Page): Promise<Record<string, number>> {
  return page.evaluate(async () => {
    const database = await new Promise<IDBDatabase>((resolve, reject) => {
      const asked = indexedDB.open('buxun')
      asked.onsuccess = () => resolve(asked.result)
      asked.onerror = () => reject(asked.error)
    })
    const counts: Record<string, number> = {}
    for (const name of database.objectStoreNames) {
      counts[name] = await new Promise((resolve) => {
        const asked = database.transaction(name).objectStore(name).count()
        asked.onsuccess = () => resolve(asked.result)
      })
    }
    database.close()
    return counts
  })
}

describe('a revoked phone', () => {
  const server = new Server()
  const wire = new Wire()
  let phone: Phone
  let desk: Phone
  let leader: Phone
  let short = ''

  pictureFailures(() => ({ phone, desk, leader }))

  beforeAll(async () => {
    await server.start()
    await wire.start(server.port)
    phone = new Phone({ origin: wire.origin, camera: film('street-gps.jpg') })
    desk = new Phone({ origin: server.origin, desktop: true })
    leader = new Phone({ origin: server.origin, desktop: true })
    await new App(await phone.start()).signIn('c601', password)
    await new App(phone.page).light('全部已到中心').waitFor({ timeout: 60_000 })
    await new App(await desk.start()).signIn('admin', password)
    await new App(await leader.start()).signIn('l6', password)
    await new App(leader.page).go('审核')
  })

  afterAll(async () => {
    await phone?.remove()
    await desk?.remove()
    await leader?.remove()
    wire.stop()
    await server.remove()
  })

  it('ask 13: signing out waits until everything is sent', async () => {
    const { page } = phone
    await wire.away()
    const report = new Report(page)
    await report.open()
    await report.choose('系统相机', photo('street-car-gps.jpg'))
    short = await report.save('暴露垃圾', '没传之前不能退出')
    await new App(page).go('我的')
    await page.getByRole('button', { name: '退出登录' }).click()
    const sheet = page.getByRole('dialog', { name: '退出登录' })
    await sheet.getByRole('alert').filter({ hasText: '才能退出' }).waitFor()
    expect(await sheet.getByRole('button', { name: '确定退出' }).count()).toBe(0)
    await look(page, 'signout-unsent')
    await sheet.getByRole('button', { name: '不退出' }).click()
  })

  it('ask 13, L6: revoked out of reach, it delivers first, is empty and signed out within 5 s of contact, and the office sees it', async () => {
    const { page } = phone
    await desk.page.goto(`${server.origin}/office/devices`)
    const table = desk.page.getByRole('table', { name: '设备' })
    await table.getByRole('row').filter({ hasText: '采集员6-01' }).filter({ hasText: /Chrom/ }).first().getByRole('button').first().click()
    await desk.page.getByRole('button', { name: '停用这部设备' }).click()
    await desk.page.getByRole('textbox', { name: '停用的原因' }).fill('丢在公交车上')
    await desk.page.getByRole('button', { name: '停用', exact: true }).click()
    await desk.page.getByRole('status').filter({ hasText: '等这部手机下次连上中心' }).waitFor()
    await look(desk.page, 'device-revoked')
    expect((await rows(page)).operations).toBe(1)

    await wire.mode({})
    await until('contact', async () => (await leader.page.getByRole('list', { name: '待审核' }).getByText(short).count()) > 0, 60_000)
    const contact = Date.now()
    await page.getByRole('heading', { name: '这部手机已被停用' }).waitFor({ timeout: 20_000 })
    await desk.page.getByRole('status').filter({ hasText: '手机里的内容已清空' }).waitFor({ timeout: 20_000 })
    const took = Date.now() - contact
    console.log(`revoked: empty, signed out and told ${took} ms after its record was at the centre`)
    expect(took).toBeLessThan(5_000)
    expect(await servedHash(leader.browser, server.origin, hashOf(photo('street-car-gps.jpg')))).toBe(hashOf(photo('street-car-gps.jpg')))
    await look(page, 'revoked')
    await look(desk.page, 'device-wiped')

    const left = await rows(page)
    expect(Object.entries(left).filter(([name, count]) => name !== 'meta' && count > 0)).toEqual([])
    await page.getByRole('link', { name: '去登录' }).click()
    await page.getByRole('textbox', { name: '账号' }).waitFor()
    expect(await page.evaluate(async () => (await fetch('/api/session')).status)).toBe(401)
  })
})
