// Web Push on a device: what the browser can do is said as it is, the centre keeps the device with the session, and what it sends is
// shown by the system and opens the case. The browser's own push service is out of reach here: what the centre sends to it is proved
// in server/push, and what comes from it is handed to the service worker as the browser would.
import type { Page, Worker } from 'playwright-core'
import { App } from './pages/app'
import { look } from './stand/look'
import { Phone } from './stand/phone'
import { pictureFailures } from './stand/picture'
import { until } from './stand/program'
import { Server } from './stand/server'

const password = 'buxun-demo-2026'

describe('Web Push on a device', () => {
  const server = new Server()
  let page: Page
  let one: Phone | undefined
  pictureFailures(() => ({ phone: one }))

  beforeAll(async () => {
    await server.start()
    one = new Phone({ origin: server.origin, permissions: ['camera', 'geolocation', 'notifications'] })
    page = await one.start()
    await new App(page).signIn('c601', password)
    await page.evaluate(async () => void (await navigator.serviceWorker.ready))
  })

  afterAll(async () => {
    await one?.remove()
    await server.remove()
  })

  const part = () => page.getByRole('region', { name: '这部设备的推送' })
  const state = async () => (await (await page.context().request.get(`${server.origin}/api/me/push`)).json()) as { key: string; endpoint: string }

  it('a browser that cannot reach its push service says so, and nothing is on', async () => {
    await page.goto(`${server.origin}/me/telling`)
    await part().getByRole('button', { name: '打开推送' }).and(page.locator(':enabled')).click()
    await part().getByText('浏览器连不上它自己的推送服务').waitFor({ timeout: 30_000 })
    expect((await state()).endpoint).toBe('')
    await look(page, 'phone-push-away')
  })

  it('switched on it is kept with the session, and ends with it', async () => {
    await page.addInitScript(() => {
      const kept = (key: string) => ({
        endpoint: 'https://push.invalid/device', options: { applicationServerKey: Uint8Array.from(atob(key.replaceAll('-', '+').replaceAll('_', '/')), (letter) => letter.charCodeAt(0)).buffer },
        getKey: (name: string) => (name === 'auth' ? new Uint8Array(16).buffer : Uint8Array.from(atob('BLrWZmeoCSImXklB7fCq5UlmUzxy+eYjjatVQxplLjnefnLr7uo8b9k7vEGCVRnjFEIobFrgi+8TXYvf1B71moI='), (letter) => letter.charCodeAt(0)).buffer),
        unsubscribe: async () => sessionStorage.removeItem('push'),
      })
      Object.assign(PushManager.prototype, {
        subscribe: async ({ applicationServerKey }: { applicationServerKey: Uint8Array }) => sessionStorage.setItem('push', btoa(String.fromCharCode(...applicationServerKey)).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')),
        getSubscription: async () => (sessionStorage.getItem('push') === null ? null : kept(sessionStorage.getItem('push') ?? '')),
      })
    })
    await page.goto(`${server.origin}/me/telling`)
    await part().getByRole('button', { name: '打开推送' }).and(page.locator(':enabled')).click()
    await part().getByText('已打开').waitFor()
    expect((await state()).endpoint).toBe('https://push.invalid/device')
    await look(page, 'phone-push-on')
    await page.setViewportSize({ width: 1440, height: 900 })
    await look(page, 'desk-push-on')
    await page.setViewportSize({ width: 390, height: 844 })
    await part().getByRole('button', { name: '关掉推送' }).click()
    await part().getByRole('button', { name: '打开推送' }).waitFor()
    expect((await state()).endpoint).toBe('')
    await part().getByRole('button', { name: '打开推送' }).click()
    await part().getByText('已打开').waitFor()
    await new App(page).signOut()
    await new App(page).signIn('c601', password)
    expect((await state()).endpoint).toBe('')
  })

  it('what comes is shown by the system, and a tap opens the case on the page that is there', async () => {
    await page.goto(`${server.origin}/cases`)
    const path = (await page.getByRole('main').locator('a[href^="/cases/"]').first().getAttribute('href')) ?? ''
    await page.goto(`${server.origin}/me`)
    await page.getByRole('heading', { level: 1 }).waitFor()
    await deliver(page, JSON.stringify({ title: '退回给你补充的案卷', body: '7ZK0Q-12', url: path, tag: 'a' }))
    expect(await shown(page)).toEqual([{ title: '退回给你补充的案卷', body: '7ZK0Q-12' }])
    // A later one of the same case takes its place; one that cannot be read is shown without words of its own.
    await deliver(page, JSON.stringify({ title: '你的任务超期了', body: '7ZK0Q-12', url: path, tag: 'a' }))
    expect(await shown(page)).toEqual([{ title: '你的任务超期了', body: '7ZK0Q-12' }])
    await tap(page, '你的任务超期了')
    await page.waitForURL(`**${path}`)
    await page.getByRole('region', { name: '经过' }).waitFor()
    await deliver(page, 'no message')
    expect(await shown(page)).toEqual([{ title: '步巡', body: '' }])
  })

  it('a message that leads elsewhere opens nothing but our own first page', async () => {
    await deliver(page, JSON.stringify({ title: '别处', body: '', url: 'https://example.org/x', tag: 'b' }))
    expect((await shown(page)).map(({ title }) => title)).toContain('别处')
    await tap(page, '别处')
    await page.waitForURL(`${server.origin}/`)
  })
})

function shown(page: Page): Promise<{ title: string; body: string }[]> {
  return page.evaluate(async () => (await (await navigator.serviceWorker.ready).getNotifications()).map(({ title, body }) => ({ title, body })))
}

/**
 * Hands a message to the service worker as the browser does when one came and was opened, and waits until it was shown. Chromium forgets
 * a notification when it is asked for the list while it is showing it, so nobody asks before.
 */
async function deliver(page: Page, data: string): Promise<void> {
  const { origin } = new URL(page.url())
  const worker = workerOf(page)
  const before = await worker.evaluate(() => {
    const scope = self as unknown as ServiceWorkerGlobalScope & { shown?: number }
    if (scope.shown === undefined) {
      scope.shown = 0
      const show = scope.registration.showNotification.bind(scope.registration)
      scope.registration.showNotification = async (...said) => {
        await show(...said)
        scope.shown = (scope.shown ?? 0) + 1
      }
    }
    return scope.shown
  })
  const cdp = await page.context().newCDPSession(page)
  const registration = new Promise<string>((resolve) => {
    cdp.on('ServiceWorker.workerRegistrationUpdated', ({ registrations }) => {
      const id = registrations.find(({ scopeURL, isDeleted }) => scopeURL.startsWith(origin) && !isDeleted)?.registrationId
      if (id !== undefined) resolve(id)
    })
  })
  await cdp.send('ServiceWorker.enable')
  await cdp.send('ServiceWorker.deliverPushMessage', { origin, registrationId: await registration, data })
  await until('the worker to have shown it', () => worker.evaluate((count) => ((self as unknown as { shown: number }).shown > count), before))
  await cdp.detach()
}

function workerOf(page: Page): Worker {
  const worker = page.context().serviceWorkers()[0]
  if (!worker) throw new Error('there is no service worker')
  return worker
}

/** Taps a notification: no protocol does that, so the worker is given the event that the system would make. */
async function tap(page: Page, title: string): Promise<void> {
  await workerOf(page).evaluate(async (wanted) => {
    const scope = self as unknown as ServiceWorkerGlobalScope
    const notification = (await scope.registration.getNotifications()).find((one) => one.title === wanted)
    if (!notification) throw new Error(`no notification ${wanted}`)
    const event = new NotificationEvent('notificationclick', { notification })
    const done: Promise<unknown>[] = []
    Object.defineProperty(event, 'waitUntil', { value: (promise: Promise<unknown>) => done.push(promise) })
    scope.dispatchEvent(event)
    await Promise.all(done)
  }, title)
}
