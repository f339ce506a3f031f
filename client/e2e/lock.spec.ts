// The lock of the app: a PIN that works out of reach, and a phone whose storage tells nothing to who takes it apart.
import { readdirSync, readFileSync, statSync } from 'node:fs'
import path from 'node:path'
import type { Page } from 'playwright-core'
import { App } from './pages/app'
import { Report } from './pages/report'
import { film, photo } from './stand/camera'
import { look } from './stand/look'
import { Phone } from './stand/phone'
import { pictureFailures } from './stand/picture'
import { Server } from './stand/server'
import { Wire } from './stand/wire'

const password = 'buxun-demo-2026'
const pin = '246810'
const words = '锁里的暗沟盖板松了'

/** Every file of a folder, those of folders in it too. */
function files(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const at = path.join(folder, name)
    return statSync(at).isDirectory() ? files(at) : [at]
  })
}

/** The files of a browser's profile that hold some bytes. */
function holding(folder: string, bytes: Buffer): string[] {
  return files(folder).filter((file) => readFileSync(file).includes(bytes)).map((file) => path.relative(folder, file))
}

/** A text as storage may hold it. */
const forms = (text: string) => [Buffer.from(text, 'utf8'), Buffer.from(text, 'utf16le')]

describe('the lock', () => {
  const server = new Server()
  const wire = new Wire()
  let phone: Phone

  pictureFailures(() => ({ phone }))

  beforeAll(async () => {
    await server.start()
    await wire.start(server.port)
    phone = new Phone({ origin: wire.origin, camera: film('street-gps.jpg') })
    const page = await phone.start()
    await new App(page).signIn('c601', password)
    await new App(page).light('全部已到中心').waitFor({ timeout: 60_000 })
    await page.evaluate(async () => {
      await navigator.serviceWorker.ready
    })
  })

  afterAll(async () => {
    await phone?.remove()
    wire.stop()
    await server.remove()
  })

  const locked = (page: Page) => page.getByRole('heading', { name: '步巡已锁' }).waitFor({ timeout: 30_000 })
  const unlock = async (page: Page, typed: string) => {
    await page.getByLabel('PIN').fill(typed)
    await page.getByRole('button', { name: '打开', exact: true }).click()
  }
  const inside = (page: Page) => page.getByRole('navigation', { name: '主导航' }).waitFor({ timeout: 30_000 })

  const shorts: string[] = []

  async function fileOne(page: Page, description: string): Promise<number> {
    await new App(page).go('首页')
    const report = new Report(page)
    await report.open()
    await report.choose('系统相机', photo('street-car-gps.jpg'))
    const began = Date.now()
    shorts.push(await report.save('暴露垃圾', description))
    return Date.now() - began
  }

  it('ask 13: the app asks for the PIN once it is set, and slows wrong ones down', async () => {
    const { page } = phone
    const before = await fileOne(page, '没有锁的时候')
    await new App(page).light('全部已到中心').waitFor({ timeout: 60_000 })
    await new App(page).go('我的')
    const part = page.getByRole('region', { name: '应用锁' })
    await part.getByRole('button', { name: '设 PIN' }).click()
    const sheet = page.getByRole('dialog', { name: '设 PIN' })
    await sheet.getByLabel('PIN', { exact: true }).fill(pin)
    await sheet.getByLabel('再输一遍').fill('246811')
    await sheet.getByRole('button', { name: '锁上' }).click()
    await sheet.getByRole('alert').filter({ hasText: '不一样' }).waitFor()
    await sheet.getByLabel('再输一遍').fill(pin)
    await sheet.getByLabel('多久不用就锁').selectOption('1')
    await look(page, 'lock-set')
    await sheet.getByRole('button', { name: '锁上' }).click()
    await locked(page)
    await look(page, 'lock')
    expect(await page.getByRole('navigation').count()).toBe(0)
    for (const wrong of ['000000', '111111']) {
      await unlock(page, wrong)
      await page.getByRole('alert').filter({ hasText: 'PIN 不对' }).waitFor()
    }
    await unlock(page, '222222')
    await page.getByRole('alert').filter({ hasText: '秒后再试' }).waitFor()
    await look(page, 'lock-wait')
    await page.getByRole('button', { name: '打开', exact: true }).and(page.locator(':enabled')).waitFor()
    const began = Date.now()
    await unlock(page, pin)
    await inside(page)
    console.log(`lock: opened ${Date.now() - began} ms after the PIN`)
    const after = await fileOne(page, '有锁的时候')
    console.log(`lock: from the sheet to saved ${before} ms without, ${after} ms with it`)
    await new App(page).light('全部已到中心').waitFor({ timeout: 60_000 })
  })

  it('ask 12: session over and out of reach, the PIN opens the app and a case is filed', async () => {
    await wire.away()
    await phone.browser.clearCookies()
    await phone.stop()
    const page = await phone.start()
    await locked(page)
    await unlock(page, pin)
    await inside(page)
    await fileOne(page, words)
    await new App(page).light('待传').waitFor()
    await new App(page).go('案卷')
    for (const short of shorts) await page.getByRole('list', { name: '案卷列表' }).getByText(short).waitFor()
  })

  it('ask 13: who takes the phone apart reads neither the words of a case nor a picture', async () => {
    const control = 'ein Kontrolltext, der gefunden wird'
    await phone.page.evaluate(async (text) => {
      const database = await new Promise<IDBDatabase>((resolve) => {
        const asked = indexedDB.open('control')
        asked.onupgradeneeded = () => asked.result.createObjectStore('rows')
        asked.onsuccess = () => resolve(asked.result)
      })
      const written = database.transaction('rows', 'readwrite', { durability: 'strict' })
      written.objectStore('rows').put(text, 1)
      await new Promise((resolve) => (written.oncomplete = resolve))
    }, control)
    await phone.stop()
    const found = forms(control).flatMap((form) => holding(phone.folder, form))
    expect(found.length, 'what is stored in the open is found').toBeGreaterThan(0)
    for (const text of [words, '有锁的时候', '没有锁的时候', '采集员6-01']) {
      for (const form of forms(text)) expect(holding(phone.folder, form), text).toEqual([])
    }
    const picture = readFileSync(photo('street-car-gps.jpg'))
    for (const header of [picture.subarray(0, 20), Buffer.from('JFIF\0'), Buffer.from('Exif\0\0')]) {
      const folder = path.join(phone.folder, 'Default')
      expect(holding(folder, header).filter((file) => /^(IndexedDB|Local Storage|Session Storage|Service Worker|WebStorage|File System)/.test(file)), String(header)).toEqual([])
    }
    await phone.start()
  })

  it('ask 12: two people on one phone never see each other\'s', async () => {
    await wire.mode({})
    const { page } = phone
    await locked(page)
    await new App(page).handOn()
    await new App(page).signIn('c501', password)
    await new App(page).go('案卷')
    await page.getByRole('list', { name: '案卷列表' }).getByRole('link').first().waitFor()
    expect(await page.getByText(words).count()).toBe(0)
    const open = await page.evaluate(async () => {
      const database = await new Promise<IDBDatabase>((resolve) => {
        const asked = indexedDB.open('buxun')
        asked.onsuccess = () => resolve(asked.result)
      })
      const rows = await new Promise<{ purpose: string; key?: CryptoKey; lock?: unknown }[]>((resolve) => {
        const asked = database.transaction('keys').objectStore('keys').getAll()
        asked.onsuccess = () => resolve(asked.result as never)
      })
      database.close()
      return rows.filter(({ purpose }) => purpose === 'own').map(({ key, lock }) => [key !== undefined, lock !== undefined])
    })
    expect(open.sort()).toEqual([[false, true], [true, false]])
    await new App(page).light('全部已到中心').waitFor({ timeout: 60_000 })
    await new App(page).signOut()
    await page.getByRole('textbox', { name: '账号' }).fill('c601')
    await page.getByLabel('密码', { exact: true }).fill(password)
    await page.getByRole('button', { name: '登录', exact: true }).click()
    await locked(page)
    await unlock(page, pin)
    await inside(page)
    await new App(page).go('案卷')
    for (const short of shorts) await page.getByRole('list', { name: '案卷列表' }).getByText(short).waitFor()
  })

  it('ask 12: it locks by itself when nobody touches it', async () => {
    await phone.stop()
    const page = await phone.start(null)
    await page.clock.install()
    await phone.open('/')
    await locked(page)
    await unlock(page, pin)
    await inside(page)
    await new App(page).light('全部已到中心').waitFor({ timeout: 60_000 })
    await page.clock.fastForward(70_000)
    await locked(page)
  })
})
