// The squad's quick phrases: kept by its leader at the centre, offered where a reason is asked for.
import { App } from './pages/app'
import { Phone } from './stand/phone'
import { pictureFailures } from './stand/picture'
import { Server } from './stand/server'
import { Wire } from './stand/wire'

const password = 'buxun-demo-2026'

describe('quick phrases of a squad', () => {
  const server = new Server()
  const wire = new Wire()
  let desk: Phone
  let other: Phone
  pictureFailures(() => ({ desk, other }))

  beforeAll(async () => {
    await server.start()
    await wire.start(server.port)
    desk = new Phone({ origin: wire.origin, desktop: true })
    other = new Phone({ origin: server.origin })
    await desk.start()
    await new App(desk.page).signIn('l6', password)
  })

  afterAll(async () => {
    await desk?.remove()
    await other?.remove()
    wire.stop()
    await server.remove()
  })

  const reasons = (phone: Phone) => phone.page.getByRole('dialog', { name: '退回补充的原因' })

  it('are changed, put in order and deleted by the leader', async () => {
    const { page } = desk
    await new App(page).go('我的')
    await page.getByRole('link', { name: '改常用语' }).click()
    const list = page.getByRole('region', { name: '常用语列表' }).getByRole('list')
    await page.getByRole('radio', { name: '退回' }).check({ force: true })
    await page.getByRole('button', { name: '第 2 句往上移' }).click()
    await page.getByRole('status').filter({ hasText: '已存到中心' }).waitFor()
    await list.getByRole('listitem').first().getByText('缺全景照片，请补一张').waitFor()
    await page.getByRole('button', { name: '改“类别不对，请改一下”' }).click()
    const sheet = page.getByRole('dialog', { name: '改这一句' })
    await sheet.getByRole('textbox', { name: '常用语' }).fill('照片看不清，请补一张近照')
    await sheet.getByText('已经有这一句了').waitFor()
    expect(await sheet.getByRole('button', { name: '保存' }).isDisabled()).toBe(true)
    await sheet.getByRole('button', { name: '删除这一句' }).click()
    await sheet.waitFor({ state: 'detached' })
    await page.getByRole('button', { name: '加一句' }).click()
    await page.getByRole('dialog', { name: '加一句' }).getByRole('textbox', { name: '常用语' }).fill('  门牌号请写上 ')
    await page.keyboard.press('Enter')
    await expect.poll(() => list.getByRole('listitem').allInnerTexts()).toEqual(['缺全景照片，请补一张', '照片看不清，请补一张近照', '位置写得不清楚，请写明路和灯杆号', '门牌号请写上'])
  })

  it("are offered on another phone of the leader's, and a new reason joins them", async () => {
    const page = await other.start()
    await new App(page).signIn('l6', password)
    await page.getByRole('button', { name: '退回', exact: true }).click()
    await reasons(other).getByRole('button', { name: '门牌号请写上' }).waitFor()
    await reasons(other).getByRole('textbox', { name: '原因' }).fill('请写明是哪一侧')
    await reasons(other).getByLabel('存为常用语').check()
    await reasons(other).getByRole('button', { name: '确定退回' }).click()
    await page.getByRole('button', { name: '退回', exact: true }).click()
    await reasons(other).getByRole('button', { name: '请写明是哪一侧' }).waitFor()
  })

  it('cannot be changed out of reach, which is said before anything is tapped', async () => {
    const { page } = desk
    await wire.away()
    await page.getByRole('status').filter({ hasText: '没连上中心，现在只能看' }).waitFor()
    expect(await page.getByRole('button', { name: '加一句' }).isDisabled()).toBe(true)
    await wire.mode({})
    await page.getByRole('button', { name: '加一句' }).and(page.locator(':enabled')).waitFor({ timeout: 70_000 })
  })

  it('that somebody changed meanwhile are shown, not overwritten', async () => {
    const { page } = desk
    await page.getByRole('button', { name: '第 2 句往上移' }).click()
    await page.getByRole('alert').filter({ hasText: '别人刚改过' }).waitFor()
    await page.getByRole('button', { name: '改“请写明是哪一侧”' }).waitFor()
  })

  it('and can be given up for the built-in ones', async () => {
    const { page } = desk
    await page.getByRole('button', { name: '换回自带的' }).click()
    await page.getByRole('button', { name: '删除 5 句' }).click()
    await page.getByText('现在是自带的').waitFor()
    await page.getByRole('button', { name: '改“类别不对，请改一下”' }).waitFor()
  })
})
