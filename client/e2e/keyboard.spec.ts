// No hand on a mouse and no finger on glass: each task of the collector, the leader and the administrator by keys alone. Judging the
// queue by keys is review.spec.ts, the squad's day day.spec.ts.
import type { Page } from 'playwright-core'
import { App } from './pages/app'
import { Report } from './pages/report'
import { film } from './stand/camera'
import { Phone } from './stand/phone'
import { pictureFailures } from './stand/picture'
import { until } from './stand/program'
import { Server } from './stand/server'

const password = 'buxun-demo-2026'
/** More stops than any screen has: who has not come there by then goes in circles. */
const mostStops = 80

/** What the keyboard stands on, by role and name as a screen reader says it. */
const standing = (page: Page) => page.evaluate(() => {
  const at = document.activeElement
  if (!(at instanceof HTMLElement)) return ''
  const labels = at instanceof HTMLInputElement || at instanceof HTMLTextAreaElement || at instanceof HTMLSelectElement ? [...(at.labels ?? [])].map((label) => label.textContent?.trim()) : []
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

/** Opens the camera of a form that has one, and takes a picture. */
async function snapAgain(page: Page): Promise<void> {
  const report = new Report(page)
  await page.getByText('打开相机').or(page.getByRole('button', { name: '拍照', exact: true })).first().waitFor()
  if ((await page.getByRole('button', { name: '拍照', exact: true }).count()) === 0) {
    await tabTo(page, '打开相机')
    await page.keyboard.press('Enter')
  }
  await page.getByRole('button', { name: '拍照', exact: true }).and(page.locator(':enabled')).waitFor()
  await tabTo(page, '拍照')
  await page.keyboard.press('Space')
  await report.thumbnails().first().waitFor()
}

describe('by keys alone', () => {
  const server = new Server()
  let phone: Phone
  let desk: Phone
  let short = ''
  pictureFailures(() => ({ phone, desk }))

  beforeAll(async () => {
    await server.start()
    phone = new Phone({ origin: server.origin, camera: film('street-gps.jpg', 'square-no-gps.jpg') })
    desk = new Phone({ origin: server.origin, desktop: true })
    await phone.start()
    await desk.start()
  })

  afterAll(async () => {
    await phone?.remove()
    await desk?.remove()
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

  it('adds a photo to a case of its own', async () => {
    const { page } = phone
    await tabTo(page, '补照片')
    await page.keyboard.press('Enter')
    await snapAgain(page)
    await tabTo(page, '保存照片')
    await page.keyboard.press('Enter')
    await page.waitForURL(/\/cases\//)
  })

  it('handles a case on the spot, before and after', async () => {
    const { page } = phone
    await tabTo(page, '首页')
    await page.keyboard.press('Enter')
    await tabTo(page, '随手处置')
    await page.keyboard.press('Enter')
    const shutter = page.getByRole('button', { name: '拍照', exact: true }).and(page.locator(':enabled'))
    await shutter.waitFor()
    await page.keyboard.press('Space')
    await page.getByRole('button', { name: '处置后 0' }).and(page.locator('[aria-pressed=true]')).waitFor()
    await new Report(page).thumbnails().first().waitFor() // pictures of one instant may be the same bytes, and one photo
    await shutter.waitFor()
    await page.keyboard.press('Space')
    const chip = page.getByRole('group', { name: '类别', exact: true }).getByRole('button').first()
    await chip.waitFor()
    await tabTo(page, await chip.innerText())
    await page.keyboard.press('Enter')
    await tabTo(page, '保存处置')
    await page.keyboard.press('Enter')
    await new Report(page).saved()
    await page.keyboard.press('Escape')
  })

  it('reads why the leader returned the case, and reports it again', async () => {
    const { page } = phone
    await new App(page).light('全部已到中心').waitFor({ timeout: 60_000 })
    await new App(desk.page).signIn('l6', password)
    await desk.page.getByRole('list', { name: '待审核' }).getByText(short).click()
    await desk.page.keyboard.press('r')
    await desk.page.getByRole('dialog', { name: '退回补充的原因' }).waitFor()
    await desk.page.keyboard.press('1')
    await tabTo(page, '首页')
    await page.keyboard.press('Enter')
    const returned = page.getByRole('region', { name: '退回补充' }).getByRole('link').first()
    await returned.waitFor({ timeout: 30_000 })
    await until('the returned case to be reached by Tab', async () => {
      await page.keyboard.press('Tab')
      return returned.evaluate((link) => link === document.activeElement)
    })
    await page.keyboard.press('Enter')
    await page.getByRole('textbox', { name: '说明' }).waitFor()
    await tabTo(page, '说明')
    await page.keyboard.type('只用键盘补的')
    await tabTo(page, '保存并再报')
    await page.keyboard.press('Enter')
    await page.waitForURL(/\/cases\//)
    await desk.page.getByRole('list', { name: '待审核' }).getByText(short).waitFor({ timeout: 30_000 })
  })

  it('keeps the squad a phrase of its own', async () => {
    const { page } = desk
    await page.goto(`${server.origin}/phrases`)
    await page.getByRole('button', { name: '加一句' }).waitFor()
    await tabTo(page, '加一句')
    await page.keyboard.press('Enter')
    await page.getByRole('dialog', { name: '加一句' }).waitFor()
    if ((await standing(page)) !== '常用语') await tabTo(page, '常用语')
    await page.keyboard.type('只用键盘写的')
    await page.keyboard.press('Enter')
    await page.getByRole('region', { name: '常用语列表' }).getByText('只用键盘写的').first().waitFor()
  })

  it('lets an administrator find a person, add one and change it', async () => {
    const { page } = desk
    await new App(page).signOut()
    await new App(page).signIn('admin', password)
    await tabTo(page, '人员')
    await page.keyboard.press('Enter')
    await page.getByRole('table', { name: '人员' }).waitFor()
    await tabTo(page, '添加人员')
    await page.keyboard.press('Enter')
    const adding = page.getByRole('dialog', { name: '添加人员' })
    await adding.waitFor()
    for (const [field, words] of [['账号', 'k601'], ['显示名', '键盘员']] as const) {
      if (!(await standing(page)).startsWith(field)) await tabTo(page, field)
      await page.keyboard.type(words)
    }
    await tabTo(page, '中队')
    await page.keyboard.press('ArrowDown')
    await tabTo(page, '初始密码')
    await page.keyboard.type('keys-alone-2026')
    await page.keyboard.press('Enter')
    await adding.waitFor({ state: 'detached' })
    await tabTo(page, '搜索人员')
    await page.keyboard.type('k601')
    await page.getByRole('button', { name: /^打开 k601/ }).waitFor()
    await tabTo(page, /^打开 k601/)
    await page.keyboard.press('Enter')
    const editing = page.getByRole('dialog')
    await editing.waitFor()
    await tabTo(page, '显示名')
    await page.keyboard.press('End')
    await page.keyboard.type('乙')
    await tabTo(page, '保存')
    await page.keyboard.press('Enter')
    await page.getByRole('button', { name: /键盘员乙/ }).waitFor()
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
