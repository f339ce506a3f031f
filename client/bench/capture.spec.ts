// capture_ratio: from the file of a 12 megapixel photo to "saved", against the bare work that any such app has to do in this browser.
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Page } from 'playwright-core'
import { App } from '../e2e/pages/app'
import { Report } from '../e2e/pages/report'
import { photo } from '../e2e/stand/camera'
import { Phone } from '../e2e/stand/phone'
import { Server } from '../e2e/stand/server'
import { against, leave, quick } from './figures'

const large = photo('phone-large-4160x3120.jpg')
const rounds = quick ? 2 : 7

/** Decode, scale to a preview, encode, hash: in a worker, as ours is, with the browser's own hash. */
const bare = `onmessage = async ({ data: file }) => {
  const start = performance.now()
  const bytes = await file.arrayBuffer()
  const bitmap = await createImageBitmap(new Blob([bytes], { type: 'image/jpeg' }))
  const scale = 320 / Math.max(bitmap.width, bitmap.height)
  const canvas = new OffscreenCanvas(Math.round(bitmap.width * scale), Math.round(bitmap.height * scale))
  const context = canvas.getContext('2d')
  context.imageSmoothingQuality = 'high'
  context.drawImage(bitmap, 0, 0, canvas.width, canvas.height)
  const preview = await (await canvas.convertToBlob({ type: 'image/jpeg', quality: 0.7 })).arrayBuffer()
  bitmap.close()
  await crypto.subtle.digest('SHA-256', bytes)
  await crypto.subtle.digest('SHA-256', preview)
  postMessage(performance.now() - start)
}`

/** A page with nothing on it but the bare work. */
async function bareOrigin(): Promise<{ readonly origin: string; stop(): void }> {
  const http = createServer((asked, answer) => {
    const script = asked.url === '/bare.js'
    answer.writeHead(200, { 'content-type': script ? 'text/javascript' : 'text/html' })
    answer.end(script ? bare : '<input type="file">')
  })
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
  return { origin: `http://localhost:${(http.address() as AddressInfo).port}`, stop: () => http.close() }
}

async function bareWork(page: Page): Promise<number> {
  await page.locator('input').setInputFiles(large)
  return page.evaluate(() => new Promise<number>((resolve, reject) => {
    const worker = new Worker('/bare.js')
    worker.onmessage = ({ data }) => {
      worker.terminate()
      resolve(data as number)
    }
    worker.onerror = (event) => reject(new Error(event.message))
    worker.postMessage(document.querySelector('input')?.files?.[0])
  }))
}

/** Clocks in the page: the moment that the file is handed over, and the moment that it stands among the stored photos; then saving. */
async function capture(page: Page): Promise<number> {
  const report = new Report(page)
  await report.open()
  await page.evaluate(() => {
    const clock = window as unknown as { from: number; taken: number }
    clock.taken = 0
    document.addEventListener('change', () => (clock.from = performance.now()), { capture: true, once: true })
    const look = new MutationObserver(() => {
      if (!document.querySelector('li img')) return
      look.disconnect()
      clock.taken = performance.now() - clock.from
    })
    look.observe(document.body, { childList: true, subtree: true })
  })
  await report.choose('系统相机', large)
  await page.getByRole('button', { name: '下一步' }).click()
  await page.getByRole('radiogroup', { name: '类别' }).getByRole('radio').first().check({ force: true })
  await page.evaluate(() => {
    const clock = window as unknown as { from: number; saved: number }
    document.addEventListener('submit', () => (clock.from = performance.now()), { capture: true, once: true })
    const look = new MutationObserver(() => {
      if (!document.querySelector('[role=status]')?.textContent?.includes('已存好')) return
      look.disconnect()
      clock.saved = performance.now() - clock.from
    })
    look.observe(document.body, { childList: true, subtree: true, characterData: true })
  })
  await page.getByRole('button', { name: '保存上报' }).click()
  await report.saved()
  const { taken, saved } = await page.evaluate(() => {
    const clock = window as unknown as { taken: number; saved: number }
    return { taken: clock.taken, saved: clock.saved }
  })
  expect(taken).toBeGreaterThan(0)
  expect(saved).toBeGreaterThan(0)
  await new App(page).go('首页')
  return taken + saved
}

describe('a 12 megapixel photo', () => {
  const server = new Server()
  let phone: Phone

  beforeAll(async () => {
    await server.start()
    phone = new Phone({ origin: server.origin })
    await new App(await phone.start()).signIn('c602', 'buxun-demo-2026')
  })

  afterAll(async () => {
    await phone?.remove()
    await server.remove()
  })

  it('is saved in turns with the bare work', async () => {
    expect(readFileSync(large).length).toBeGreaterThan(1_000_000)
    const { origin, stop } = await bareOrigin()
    const other = await phone.browser.newPage()
    await other.goto(origin)
    const [ours, peer]: [number[], number[]] = [[], []]
    for (let round = 0; round <= rounds; round++) {
      await phone.page.bringToFront()
      const took = await capture(phone.page)
      await other.bringToFront()
      const plain = await bareWork(other)
      // The first of each starts workers and warms caches.
      if (round === 0) continue
      ours.push(took)
      peer.push(plain)
    }
    stop()
    leave('capture', {
      capture_ratio: against(ours, peer, 'ms', `file to stored and sealed, plus save to saved; medians of ${rounds}`),
    })
  })
})
