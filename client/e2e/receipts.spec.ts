// The centre signs for what it has; restored to an older state it is told what it signed for, and gets it back (R50, R51).
import { readFileSync } from 'node:fs'
import { App } from './pages/app'
import { Report } from './pages/report'
import { photo } from './stand/camera'
import { look } from './stand/look'
import { Phone } from './stand/phone'
import { pictureFailures } from './stand/picture'
import { until } from './stand/program'
import { Server } from './stand/server'
import { hashOf, servedHash } from './stand/traffic'

const password = 'buxun-demo-2026'
const file = photo('street-gps.jpg')

describe('receipts and the comparison with the centre', () => {
  const server = new Server()
  let phone: Phone
  pictureFailures(() => ({ phone }))

  beforeAll(async () => {
    await server.start()
    phone = new Phone({ origin: server.origin })
    await new App(await phone.start()).signIn('c605', password)
  })

  afterAll(async () => {
    await phone?.remove()
    await server.remove()
  })

  it('L7, L13: a receipt outlives a restore of the centre, and what the centre lost is named and comes again', async () => {
    const { browser, page } = phone
    const app = new App(page)
    await browser.route('**/api/uploads/**', (route) => route.abort())
    const report = new Report(page)
    await report.open()
    await report.choose('系统相机', file)
    await report.save('暴露垃圾', '回执要算数的一件')
    await app.light('张照片').first().waitFor()
    await server.command('backup', server.backups) // the record is in it, its photo is not
    await browser.unroute('**/api/uploads/**')
    await app.light('全部已到中心').waitFor()
    await page.getByRole('link', { name: '看案卷' }).click()
    const receipt = page.getByRole('region', { name: '中心已签收' })
    await receipt.getByText('1 条记录和 1 张照片').waitFor()
    await receipt.scrollIntoViewIfNeeded()
    await look(page, 'receipt-case')
    const [saved] = await Promise.all([page.waitForEvent('download'), receipt.getByRole('button', { name: '存下回执' }).click()])
    expect(readFileSync(await saved.path(), 'utf8')).toContain(hashOf(file))

    await app.go('手机')
    const accounts = page.getByRole('region', { name: '和中心对账' })
    await accounts.getByRole('button', { name: '现在对账' }).click()
    await accounts.getByText('1 条记录、1 张照片和录音，中心都有').waitFor()
    await accounts.scrollIntoViewIfNeeded()
    await look(page, 'account-equal')

    await server.restore(server.backups)
    expect(await servedHash(browser, server.origin, hashOf(file))).not.toBe(hashOf(file))
    await page.getByRole('button', { name: '现在就传' }).click()
    await page.getByText('已连上中心').waitFor()
    await browser.route('**/api/uploads/**', (route) => route.abort())
    await accounts.getByRole('button', { name: '现在对账' }).click()
    await accounts.getByText('正在重新传').waitFor()
    await app.light('全部已到中心').waitFor({ state: 'hidden' })
    await accounts.scrollIntoViewIfNeeded()
    await look(page, 'account-differs')
    await browser.unroute('**/api/uploads/**')
    await page.getByRole('button', { name: '现在就传' }).click()
    await until('the photo to be at the centre again', async () => (await servedHash(browser, server.origin, hashOf(file))) === hashOf(file))
    await app.light('全部已到中心').waitFor()
    await accounts.getByRole('button', { name: '现在对账' }).click()
    await accounts.getByText('1 条记录、1 张照片和录音，中心都有').waitFor()
  })
})
