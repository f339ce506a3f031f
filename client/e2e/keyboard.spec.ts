// No hand on a mouse and no finger on glass: each task of the collector, from signing in to signing out, by keys alone.
import type { Page } from 'playwright-core'
import { App } from './pages/app'
import { Report } from './pages/report'
import { film } from './stand/camera'
import { Phone } from './stand/phone'
import { pictureFailures } from './stand/picture'
import { Server } from './stand/server'

const password = 'buxun-demo-2026'
/** More stops than any screen has: who has not come there by then goes in circles. */
const mostStops = 80

/** What the keyboard stands on, by role and name as a screen reader says it. */
const standing = (page: Page) => page.evaluate(() => {
  const at = document.activeElement
  if (!(at instanceof HTMLElement)) return ''
  const labels = at instanceof HTMLInputElement || at instanceof HTMLTextAreaElement ? [...(at.labels ?? [])].map((label) => label.textContent?.trim()) : []
  return at.getAttribute('aria-label') ?? (labels.length > 0 ? labels.join(' ') : (at.textContent ?? '').trim())
})

/** Presses Tab until the keyboard stands on what is asked for. */
async function tabTo(page: Page, name: string | RegExp): Promise<void> {
  const seen: string[] = []
  for (let stop = 0; stop < mostStops; stop++) {
    await page.keyboard.press('Tab')
    const now = await standing(page)
    if (typeof name === 'string' ? now === name || now.startsWith(name) : name.test(now)) return
    seen.push(now)
  }
  throw new Error(`Tab never comes to ${String(name)}: ${seen.join(' | ')}`)
}

describe('by keys alone', () => {
  const server = new Server()
  let phone: Phone
  let short = ''
  pictureFailures(() => ({ phone }))

  beforeAll(async () => {
    await server.start()
    phone = new Phone({ origin: server.origin, desktop: true, camera: film('street-gps.jpg', 'square-no-gps.jpg') })
    await phone.start()
  })

  afterAll(async () => {
    await phone?.remove()
    await server.remove()
  })

  it('signs in', async () => {
    const { page } = phone
    await page.getByRole('textbox', { name: '账号' }).waitFor()
    await tabTo(page, '账号')
    await page.keyboard.type('c608')
    await tabTo(page, '密码')
    await page.keyboard.type(password)
    await page.keyboard.press('Enter')
    await page.getByRole('navigation', { name: '主导航' }).waitFor()
  })

  it('photographs, chooses the category, writes and saves', async () => {
    const { page } = phone
    const report = new Report(page)
    await tabTo(page, '拍照上报')
    await page.keyboard.press('Enter')
    await page.getByRole('button', { name: '拍照', exact: true }).and(page.locator(':enabled')).waitFor()
    await page.keyboard.press('Space')
    await report.thumbnails().first().waitFor()
    await tabTo(page, '下一步')
    await page.keyboard.press('Enter')
    await page.getByRole('radiogroup', { name: '类别' }).waitFor()
    await tabTo(page, '更多类别')
    await page.keyboard.press('Enter')
    const dialog = page.getByRole('dialog', { name: '选择类别' })
    await dialog.waitFor()
    if ((await standing(page)) !== '搜索类别') await tabTo(page, '搜索类别')
    await page.keyboard.type('暴露垃圾')
    await dialog.getByRole('button').filter({ hasText: '暴露垃圾' }).first().waitFor()
    await tabTo(page, /暴露垃圾/)
    await page.keyboard.press('Enter')
    await dialog.waitFor({ state: 'detached' })
    await tabTo(page, '描述')
    await page.keyboard.type('只用键盘报的')
    await tabTo(page, '保存上报')
    await page.keyboard.press('Enter')
    short = await report.saved()
  })

  it('finds the case, reads it and writes a comment', async () => {
    const { page } = phone
    await page.keyboard.press('Escape')
    await tabTo(page, '案卷')
    await page.keyboard.press('Enter')
    await page.getByRole('searchbox', { name: '搜索案卷' }).waitFor()
    await tabTo(page, '搜索案卷')
    await page.keyboard.type(short)
    await page.getByRole('list', { name: '案卷列表' }).getByText(short).waitFor()
    await tabTo(page, new RegExp(short))
    await page.keyboard.press('Enter')
    await page.getByRole('button', { name: '留言' }).waitFor()
    await tabTo(page, '留言')
    await page.keyboard.press('Enter')
    const field = page.getByRole('textbox', { name: '写一句话' })
    await field.waitFor()
    if (!(await field.evaluate((at) => at === document.activeElement))) await tabTo(page, '写一句话')
    await page.keyboard.type('键盘留的言')
    await tabTo(page, /^(发出|保存留言|留言)$/)
    await page.keyboard.press('Enter')
    await page.getByText('键盘留的言').first().waitFor()
  })

  it('changes the theme and signs out', async () => {
    const { page } = phone
    await new App(page).light('全部已到中心').waitFor({ timeout: 60_000 })
    await tabTo(page, '我的')
    await page.keyboard.press('Enter')
    await page.getByRole('radiogroup', { name: '外观' }).waitFor()
    await tabTo(page, /日间|阳光|夜间/)
    await page.keyboard.press('ArrowRight')
    await expect.poll(() => page.evaluate(() => document.documentElement.dataset.theme)).not.toBe('day')
    await tabTo(page, '退出登录')
    await page.keyboard.press('Enter')
    await page.getByRole('button', { name: '确定退出' }).waitFor()
    if ((await standing(page)) !== '确定退出') await tabTo(page, '确定退出')
    await page.keyboard.press('Enter')
    await page.getByRole('textbox', { name: '账号' }).waitFor()
  })
})
