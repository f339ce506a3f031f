// Every screen in every theme, in both languages and sizes: nothing serious for axe, nothing that scrolls sideways, 7:1 in the
// sun. Short in make test (both languages on the phone); SCREENS=1 goes through all sizes and leaves the pictures to look at.
import type { Page } from 'playwright-core'
import { App } from './pages/app'
import { Report } from './pages/report'
import { shots } from './stand/camera'
import { judge, look, themed } from './stand/look'
import { Phone } from './stand/phone'
import { until } from './stand/program'
import { dispatched } from './stand/reporters'
import { Server } from './stand/server'

const password = 'buxun-demo-2026'
const all = process.env.SCREENS === '1'
const patience = 240_000

interface Screen {
  readonly name: string
  readonly path: string
  /** What has to be there before it is looked at. */
  readonly ready: string
}

const everybodys: readonly Screen[] = [
  { name: 'cases', path: '/cases', ready: 'main a[href^="/cases/"]' },
  { name: 'phone', path: '/phone', ready: 'main h2' },
  { name: 'storage', path: '/storage', ready: 'main h2' },
  { name: 'me', path: '/me', ready: 'main input[type=radio]' },
  { name: 'telling', path: '/me/telling', ready: 'main fieldset:enabled' },
]

const whose: Readonly<Record<string, { readonly login: string; readonly screens: readonly Screen[] }>> = {
  collector: {
    login: 'c602',
    screens: [
      { name: 'home', path: '/', ready: 'main a[href="/report"]' },
      { name: 'report', path: '/report', ready: 'input[type=file]' },
      { name: 'selfhandle', path: '/selfhandle', ready: 'input[type=file]' },
      { name: 'tasks', path: '/tasks', ready: 'main h1' },
      { name: 'homescreen', path: '/homescreen', ready: 'h1' },
      { name: 'revoked', path: '/?revoked', ready: 'h1' },
      ...everybodys,
    ],
  },
  unit: {
    login: 'u1',
    screens: [{ name: 'tasks', path: '/tasks', ready: 'main h1' }, ...everybodys.filter(({ name }) => name !== 'cases')],
  },
  leader: {
    login: 'l6',
    screens: [
      { name: 'review', path: '/review', ready: 'main section img' },
      { name: 'review-dispatch', path: '/review?heap=dispatch', ready: 'main section img' },
      { name: 'day', path: '/day', ready: 'main li' },
      { name: 'phrases', path: '/phrases', ready: 'main li' },
      ...everybodys,
    ],
  },
  admin: {
    login: 'admin',
    screens: ['people', 'squads', 'units', 'register', 'areas', 'devices', 'phrases', 'limits', 'calendar', 'webhooks', 'rescue'].map((name) => ({ name: `office-${name}`, path: `/office/${name}`, ready: 'main h1, main table, main li' })),
  },
}

const sizes = [
  { where: 'phone', desktop: false, only: undefined },
  ...(all ? [{ where: 'desk', desktop: true, only: undefined }, { where: 'wide', desktop: true, only: /review|day|office/ }] : []),
]

describe.each(sizes)('every screen, $where', ({ where, desktop, only }) => {
  const server = new Server()

  beforeAll(() => server.start())
  afterAll(() => server.remove())

  it.each(Object.entries(whose))('%s', async (role, { login, screens }) => {
    const one = new Phone({ origin: server.origin, desktop })
    try {
      const page = await one.start()
      if (where === 'wide') await page.setViewportSize({ width: 1920, height: 1080 })
      await new App(page).signIn(login, password)
      const withUnit = role === 'unit' ? await dispatched(server.origin, '给施工方的') : ''
      const seen = screens.filter(({ name }) => only?.test(name) ?? true)
      for (const language of ['zh-CN', 'en']) {
        await page.evaluate((chosen) => localStorage.setItem('buxun.language', chosen), language)
        for (const screen of seen) await inEveryTheme(page, server.origin, screen, `${where}-${role}-${language}`)
        if (role === 'unit') await inEveryTheme(page, server.origin, { name: 'links', path: `/cases/${withUnit}/links`, ready: 'form' }, `${where}-${role}-${language}`)
        if (role === 'leader') await thePicking(page, server.origin, `${where}-${role}-${language}`)
        if (role !== 'collector') continue
        await inEveryTheme(page, server.origin, { name: 'case', path: await firstCase(page), ready: 'dl' }, `${where}-${role}-${language}`)
        await inEveryTheme(page, server.origin, { name: 'evidence', path: `${await firstCase(page)}/do/confirm`, ready: 'input[type=file]' }, `${where}-${role}-${language}`)
        await theLost(page, `${where}-${role}-${language}`)
      }
      if (role !== 'collector') return
      await theSheet(one, where)
      await theLock(one, where)
    } finally {
      await one.remove()
    }
  }, patience)
})

/** Goes to a screen once and looks at it in each theme. */
async function inEveryTheme(page: Page, origin: string, { name, path, ready }: Screen, prefix: string): Promise<void> {
  await page.goto(origin + path)
  await page.locator(ready).filter({ visible: true }).first().or(page.locator(ready).first()).first().waitFor({ state: 'attached' })
  await settled(page)
  for (const theme of ['day', 'sun', 'night']) await looked(page, theme, `${prefix}-${name}-${theme}`)
}

async function looked(page: Page, theme: string, name: string): Promise<void> {
  await themed(page, theme)
  await (all ? look : judge)(page, `all/${name}`, { enhanced: theme === 'sun', colours: theme !== 'day' })
}

/** Nothing is being asked for and no picture is coming: a half-filled screen is not judged. */
async function settled(page: Page): Promise<void> {
  await until('the screen to be filled', () => page.evaluate(() =>
    document.querySelector('.coming') === null && [...document.images].every((image) => image.complete)))
}

async function firstCase(page: Page): Promise<string> {
  await page.goto(`${new URL(page.url()).origin}/cases`)
  return (await page.locator('main a[href^="/cases/"]').first().getAttribute('href')) ?? ''
}

/** The list of cases with its boxes, and what a step on those that are picked would do. */
async function thePicking(page: Page, origin: string, prefix: string): Promise<void> {
  await page.goto(`${origin}/cases?state=reported`)
  await page.locator('.narrow > button').nth(1).click()
  await page.getByRole('checkbox').first().click()
  await settled(page)
  for (const theme of ['day', 'sun', 'night']) await looked(page, theme, `${prefix}-picking-${theme}`)
  await page.locator('.actions .primary').click()
  await page.locator('dialog .plan').waitFor()
  for (const theme of ['day', 'sun', 'night']) await looked(page, theme, `${prefix}-plan-${theme}`)
}

/** What a start shows after a browser cleared its storage. */
async function theLost(page: Page, prefix: string): Promise<void> {
  await page.evaluate(() => localStorage.setItem('buxun.unsent', JSON.stringify([
    { replica: '01990000-0000-7000-8000-0000000000ff', counter: 12, short: '7ZK0Q-12', at: Date.now(), place: '113.0835,27.8712' },
    { replica: '01990000-0000-7000-8000-0000000000ff', counter: 13, short: '', at: Date.now(), place: '' },
  ])))
  await inEveryTheme(page, new URL(page.url()).origin, { name: 'lost', path: '/lost', ready: 'main li' }, prefix)
  await page.locator('main button').click()
  await page.locator('nav').first().waitFor()
}

/** The lock, the way out for who forgot the PIN, and the one for the next person. */
async function theLock(one: Phone, where: string): Promise<void> {
  const { page } = one
  await one.open('/')
  await new App(page).lock('246810')
  for (const language of ['zh-CN', 'en']) {
    await page.evaluate((chosen) => localStorage.setItem('buxun.language', chosen), language)
    const prefix = `${where}-collector-${language}`
    await inEveryTheme(page, new URL(page.url()).origin, { name: 'lock', path: '/', ready: '#pin' }, prefix)
    for (const [i, way] of ['forgot', 'other'].entries()) {
      await page.locator('.lock .row button').nth(i).click()
      for (const theme of ['day', 'sun', 'night']) await looked(page, theme, `${prefix}-lock-${way}-${theme}`)
      await page.locator('.lock button').last().click()
    }
  }
}

/** The sheet of a report that has a photo, with its categories. */
async function theSheet(one: Phone, where: string): Promise<void> {
  const { page } = one
  await page.evaluate(() => localStorage.setItem('buxun.language', 'zh-CN'))
  await one.open('/')
  const report = new Report(page)
  await report.open()
  await report.choose('相册', ...shots('street-gps.jpg', 2))
  for (const theme of ['day', 'sun', 'night']) await looked(page, theme, `${where}-collector-zh-CN-shot-${theme}`)
  await page.getByRole('button', { name: '下一步' }).click()
  await page.getByRole('radiogroup', { name: '类别' }).waitFor()
  for (const theme of ['day', 'sun', 'night']) await looked(page, theme, `${where}-collector-zh-CN-sheet-${theme}`)
  await page.getByRole('button', { name: '更多类别' }).click()
  await page.getByRole('searchbox', { name: '搜索类别' }).waitFor()
  for (const theme of ['day', 'sun', 'night']) await looked(page, theme, `${where}-collector-zh-CN-categories-${theme}`)
}
