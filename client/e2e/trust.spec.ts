// A phone that knows nothing of the server's own authority: it reads the page over plain HTTP, takes the certificate, its owner
// installs it, and from then on camera, place and offline work are there over HTTPS by an address of the network.
import { mkdirSync } from 'node:fs'
import path from 'node:path'
import type { Page } from 'playwright-core'
import { App } from './pages/app'
import { Report } from './pages/report'
import { findings } from './stand/axe'
import { film } from './stand/camera'
import { Phone } from './stand/phone'
import { pictureFailures } from './stand/picture'
import { root, until } from './stand/program'
import { SecureServer } from './stand/secure'
import { Trust } from './stand/trust'

const password = 'buxun-demo-2026'
const hosts = ['192.168.77.5', 'centre.lan']
const pictures = path.join(root, '.stamps/screens')

async function look(page: Page, name: string): Promise<void> {
  await page.screenshot({ path: path.join(pictures, `${name}.png`), fullPage: true })
  expect(await findings(page)).toEqual([])
  expect(await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth), `${name} scrolls sideways`).toBe(true)
}

/** Whether the picture that is fetched over HTTPS came. */
const trusted = (page: Page) => page.locator('.check img').evaluate((img: HTMLImageElement) => img.complete && img.naturalWidth > 0)

describe('the local authority on a phone', () => {
  const server = new SecureServer(hosts)
  const trust = new Trust()
  let phone: Phone
  let certificate = ''
  pictureFailures(() => ({ phone }))

  const start = async (): Promise<Page> => {
    phone = new Phone({ origin: '', home: trust.home, hosts, camera: film('street-gps.jpg') })
    return phone.start(server.page())
  }

  beforeAll(async () => {
    mkdirSync(pictures, { recursive: true })
    await server.start()
  })

  afterAll(async () => {
    await phone?.remove()
    await server.remove()
    trust.remove()
  })

  it('tells a phone that does not trust the server what to do, and gives it the certificate', async () => {
    const page = await start()
    await page.getByRole('link', { name: '安卓手机' }).click()
    await page.getByRole('heading', { name: '第一步：让它信任这台服务器' }).waitFor()
    await page.getByText('不要选“WLAN 证书”').waitFor()
    await until('the picture to be refused', () => page.locator('.check img').evaluate((img: HTMLImageElement) => img.complete))
    expect(await trusted(page)).toBe(false)
    await look(page, 'phone-install')
    await page.getByRole('link', { name: 'English' }).click()
    await page.getByRole('heading', { name: 'Step 1: let it trust this server' }).waitFor()
    await look(page, 'phone-install-en')
    await page.getByRole('link', { name: '中文' }).click()
    const coming = page.waitForEvent('download')
    await page.getByRole('link', { name: '下载证书' }).click()
    const download = await coming
    expect(download.suggestedFilename()).toBe('buxun-ca.crt')
    certificate = path.join(trust.home, 'buxun-ca.crt')
    await download.saveAs(certificate)
    for (const host of hosts) await expect(page.goto(server.origin(host))).rejects.toThrow('ERR_CERT_AUTHORITY_INVALID')
    await phone.remove()
  })

  it('works with camera, place and offline once the certificate is installed', async () => {
    trust.install(certificate)
    const page = await start()
    await until('the picture over HTTPS', () => trusted(page))
    await look(page, 'phone-install-trusted')
    await page.goto(server.page(hosts[1]))
    await until('the picture over HTTPS by the other name', () => trusted(page))
    await page.goto(server.page())
    await page.getByRole('link', { name: '打开步巡' }).click()
    await page.waitForURL(`${server.origin()}/**`)
    const app = new App(page)
    await app.signIn('c602', password)
    expect(await page.evaluate(async () => ({
      secure: window.isSecureContext,
      worker: (await navigator.serviceWorker.ready).active?.scriptURL,
      place: await new Promise((resolve) => navigator.geolocation.getCurrentPosition(() => resolve(true), (error) => resolve(error.message))),
    }))).toEqual({ secure: true, worker: `${server.origin()}/sw.js`, place: true })
    const report = new Report(page)
    await report.open()
    await report.snap() // the live camera, which an unsafe address does not get
    await report.save('暴露垃圾', '局域网地址上拍的')
    await app.light('全部已到中心').waitFor()
    await server.stop()
    await page.goto(`${server.origin()}/cases`)
    await page.getByRole('list', { name: '案卷列表' }).getByRole('link', { name: '暴露垃圾' }).first().click()
    await page.getByText('局域网地址上拍的').first().waitFor()
    await server.start()
    // The worker leaves the server's own page to the server.
    await page.goto(`${server.origin()}/install`)
    await page.getByRole('heading', { name: '把步巡装到手机上' }).waitFor()
  })
})
