// The centre's disk is lost: an older state is restored, phones bring back what they sent since, and the administrator sees it phone by phone.
import { readdirSync, truncateSync } from 'node:fs'
import path from 'node:path'
import type { Page } from 'playwright-core'
import { App } from './pages/app'
import { Report } from './pages/report'
import { film, photo } from './stand/camera'
import { look, themed } from './stand/look'
import { Phone } from './stand/phone'
import { pictureFailures } from './stand/picture'
import { until } from './stand/program'
import { Server } from './stand/server'
import { hashOf, servedHash } from './stand/traffic'

const password = 'buxun-demo-2026'
const away = photo('street-gps.jpg')
const after = photo('street-car-gps.jpg')

describe('a centre that was restored from a backup', () => {
  const server = new Server()
  let phone: Phone
  let silent: Phone
  let desk: Phone
  let pocket: Phone
  const shorts: string[] = []
  pictureFailures(() => ({ phone, silent, desk, pocket }))

  const region = (page: Page, name: string) => page.getByRole('region', { name, exact: true })
  const says = (name: string, words: string | RegExp) => region(desk.page, name).getByText(words).first().waitFor({ timeout: 30_000 })

  /** Both sizes, each in one theme; SCREENS=1 goes through all of them (e2e/everywhere.spec.ts has the page in every one). */
  const themesOf = (where: 'desk' | 'phone') => (process.env.SCREENS === '1' ? ['day', 'sun', 'night'] : [where === 'desk' ? 'day' : 'sun'])

  async function looks(name: string): Promise<void> {
    await pocket.open('/office/rescue')
    await region(pocket.page, '恢复以后').waitFor()
    for (const [where, { page }] of [['desk', desk], ['phone', pocket]] as const) {
      for (const theme of themesOf(where)) {
        await themed(page, theme)
        await page.evaluate(() => scrollTo(0, 0))
        await look(page, `rescue-${name}-${where}-${theme}`, theme === 'sun' ? { enhanced: true } : {})
        if ((await page.getByRole('listitem').filter({ hasText: '采集员6-01' }).count()) === 0) continue
        await region(page, '恢复以后').evaluate((part) => part.scrollIntoView())
        await look(page, `rescue-${name}-${where}-${theme}-restored`, theme === 'sun' ? { enhanced: true } : {})
        await page.getByRole('listitem').filter({ hasText: '采集员6-01' }).first().evaluate((row) => row.scrollIntoView({ block: 'end' }))
        await look(page, `rescue-${name}-${where}-${theme}-phones`, theme === 'sun' ? { enhanced: true } : {})
      }
    }
  }

  async function file(one: Phone, picture: string, words: string): Promise<string> {
    await new App(one.page).go('首页')
    const report = new Report(one.page)
    await report.open()
    await report.choose('系统相机', picture)
    const short = await report.save('暴露垃圾', words)
    await new App(one.page).light('全部已到中心').waitFor({ timeout: 60_000 })
    return short
  }

  beforeAll(async () => {
    await server.start()
    phone = new Phone({ origin: server.origin, camera: film('street-gps.jpg') })
    silent = new Phone({ origin: server.origin, camera: film('street-gps.jpg') })
    desk = new Phone({ origin: server.origin, desktop: true })
    pocket = new Phone({ origin: server.origin })
    await new App(await phone.start()).signIn('c601', password)
    await new App(await silent.start()).signIn('c602', password)
    await new App(await desk.start()).signIn('admin', password)
    await new App(await pocket.start()).signIn('admin', password)
  })

  afterAll(async () => {
    for (const one of [phone, silent, desk, pocket]) await one?.remove()
    await server.remove()
  })

  it('says that nothing was ever backed up, and is found from the office and from the phone page', async () => {
    const { page } = desk
    await page.getByRole('navigation', { name: '主导航' }).getByRole('link', { name: '备份与找回' }).click()
    await page.getByRole('heading', { level: 1, name: '备份与找回' }).waitFor()
    await says('最近一次备份', '还没有做过备份')
    await says('最近一次验证', '备份还没有验证过')
    await says('恢复以后', '没有从备份恢复过')
    await new App(pocket.page).go('手机')
    await pocket.page.getByRole('link', { name: '备份与找回' }).click()
    await region(pocket.page, '最近一次备份').waitFor()
    await looks('none')
  })

  it('says when a backup was made and that it was proved', async () => {
    for (const one of [phone, silent]) shorts.push(await file(one, away, '备份以前的'))
    await server.command('backup', server.backups)
    await server.command('verify-backup', server.backups)
    await says('最近一次备份', '已备份：')
    await says('最近一次备份', '之后没有新的记录')
    await says('最近一次验证', '验证过，能恢复：')
    await says('最近一次验证', '都对得上')
    await looks('good')
  })

  it('L13, R45: after a restore it names what each phone brought back, and the phone that was not heard yet', async () => {
    for (const one of [phone, silent]) shorts.push(await file(one, after, '备份以后的'))
    await says('最近一次备份', '之后又来了 2 条记录')
    await silent.stop()
    await server.restore(server.backups)
    await says('恢复以后', '现在是第 2 代数据')
    await region(desk.page, '已经补完').getByRole('listitem').filter({ hasText: '采集员6-01' }).filter({ hasText: '补回 1 条记录' }).waitFor({ timeout: 60_000 })
    const unheard = region(desk.page, '还没有联系上')
    await unheard.getByRole('listitem').filter({ hasText: '采集员6-02' }).filter({ hasText: /上次联系/ }).first().waitFor()
    await unheard.getByText('给本人打电话').waitFor()
    await says('最近一次验证', '备份还没有验证过') // the proof came after the backup
    await until('the photo to be back', async () => (await servedHash(desk.browser, server.origin, hashOf(after))) === hashOf(after))
    await looks('waiting')
  })

  it('L13, R45: the phone that was away brings back its part as soon as it is opened', async () => {
    await silent.start()
    await region(desk.page, '已经补完').getByRole('listitem').filter({ hasText: '采集员6-02' }).filter({ hasText: '补回 1 条记录' }).waitFor({ timeout: 60_000 })
    expect(await region(desk.page, '还没有联系上').getByRole('listitem').filter({ hasText: '采集员6-02' }).filter({ hasText: /上次联系/ }).count()).toBe(0)
    await looks('back')
    for (const one of [phone, silent]) await new App(one.page).light('全部已到中心').waitFor({ timeout: 60_000 })
    await new App(desk.page).go('案卷')
    for (const short of shorts) await desk.page.getByText(short).first().waitFor({ timeout: 30_000 })
    await desk.page.goBack()
  })

  it('warns where a backup cannot be restored, where none was made, and says so where there is no line', async () => {
    await server.command('backup', server.backups)
    const last = path.join(server.backups, readdirSync(server.backups).filter((name) => name.startsWith('2')).sort().at(-1) ?? '')
    truncateSync(path.join(last, 'buxun.db'), 4096)
    await expect(server.command('verify-backup', last)).rejects.toThrow('Command failed')
    await expect(server.command('backup', path.join(last, 'manifest.json'))).rejects.toThrow('Command failed')
    await says('最近一次验证', '备份恢复不了：')
    await says('最近一次备份', '备份没有做成')
    await looks('failed')
    await says('对账', /对得上|还没有手机和中心对过|以前少的/)
    // Differences as the server tells them; how they come about is told by its own tests.
    const common = { replica: 'r', label: '采集员6-01', login: 'c601', firstAt: Date.now(), lastAt: Date.now(), back: false }
    for (const { page } of [desk, pocket]) {
      await page.route('**/api/office/rescue', async (route) => {
        const answer = await route.fetch()
        await route.fulfill({ response: answer, json: { ...(await answer.json() as object), differences: [
          { ...common, counter: 3, short: '7ZK0Q-3', held: true, proved: true }, { ...common, counter: 4, short: '7ZK0Q-4', case: 'c', photo: 'p', held: false, proved: false },
        ] } })
      })
    }
    await says('对账', '手机有中心的确认、中心却没有的：2 项')
    await region(desk.page, '对账').getByRole('listitem').filter({ hasText: '7ZK0Q-4 的一张照片或录音中心没有' }).filter({ hasText: '手机里也没有了' }).waitFor()
    await pocket.open('/office/rescue')
    await region(pocket.page, '对账').getByRole('listitem').nth(1).waitFor()
    for (const [where, { page }] of [['desk', desk], ['phone', pocket]] as const) {
      for (const theme of themesOf(where)) {
        await themed(page, theme)
        await region(page, '对账').evaluate((part) => part.scrollIntoView())
        await look(page, `rescue-differences-${where}-${theme}`, theme === 'sun' ? { enhanced: true } : {})
      }
      await page.unroute('**/api/office/rescue')
    }
    await desk.browser.setOffline(true)
    await desk.page.getByRole('alert').filter({ hasText: '现在连不上中心' }).waitFor({ timeout: 30_000 })
    await says('最近一次验证', '备份恢复不了：')
    await look(desk.page, 'rescue-offline')
    await desk.browser.setOffline(false)
    await desk.page.getByRole('alert').filter({ hasText: '现在连不上中心' }).waitFor({ state: 'detached', timeout: 30_000 })
  })
})
