// A leader's own views of the case list: kept at the centre, the same on every device, there without a line.
import { App } from './pages/app'
import { look } from './stand/look'
import { Phone } from './stand/phone'
import { pictureFailures } from './stand/picture'
import { Server } from './stand/server'

const password = 'buxun-demo-2026'

describe('saved views', () => {
  const server = new Server()
  let desk: Phone
  let phone: Phone
  pictureFailures(() => ({ desk, phone }))

  beforeAll(async () => {
    await server.start()
    desk = new Phone({ origin: server.origin, desktop: true })
    phone = new Phone({ origin: server.origin })
    await new App(await desk.start()).signIn('l6', password)
    await new App(await phone.start()).signIn('l6', password)
  })

  afterAll(async () => {
    await desk?.remove()
    await phone?.remove()
    await server.remove()
  })

  const views = (one: Phone) => one.page.getByRole('region', { name: '常用筛选' })
  const keep = async (name: string) => {
    await views(desk).getByRole('button', { name: '存成常用筛选' }).click()
    const dialog = desk.page.getByRole('dialog', { name: '存成常用筛选' })
    await dialog.getByRole('textbox', { name: '名字' }).fill(name)
    await dialog.getByRole('button', { name: '存到中心' }).click()
    await dialog.waitFor({ state: 'detached' })
  }

  it('the filters of now are kept under a name, with how many there are', async () => {
    const { page } = desk
    await page.goto(`${server.origin}/cases?state=reported`)
    await page.getByText(/^\d+ 件/).first().waitFor()
    await keep('待受理的')
    const button = views(desk).getByRole('button', { name: /^待受理的/ })
    const count = /\d+/.exec(await button.innerText())?.[0]
    await page.getByRole('main').getByText(new RegExp(`^${count} 件`)).first().waitFor()
    expect(await button.getAttribute('aria-pressed')).toBe('true')
    await page.goto(`${server.origin}/cases?state=filed&span=month`)
    await keep('本月立案')
    await look(page, 'desk-views')
    await button.click()
    await page.waitForURL(/state=reported/)
  })

  it('are put in order and deleted, and a name is there once', async () => {
    const { page } = desk
    await page.goto(`${server.origin}/cases?state=returned`)
    await views(desk).getByRole('button', { name: '存成常用筛选' }).click()
    const naming = page.getByRole('dialog', { name: '存成常用筛选' })
    await naming.getByRole('textbox', { name: '名字' }).fill('本月立案')
    await naming.getByText('已经有这个名字了').waitFor()
    await naming.getByRole('textbox', { name: '名字' }).fill('退回的')
    await page.keyboard.press('Enter')
    await naming.waitFor({ state: 'detached' })
    await views(desk).getByRole('button', { name: '整理' }).click()
    const dialog = page.getByRole('dialog', { name: '整理' })
    await dialog.getByRole('button', { name: '“退回的”往上移' }).click()
    await expect.poll(() => dialog.getByRole('listitem').locator('span').allInnerTexts()).toEqual(['待受理的', '退回的', '本月立案'])
    await look(page, 'desk-views-order')
    await dialog.getByRole('button', { name: '删除“本月立案”' }).click()
    await expect.poll(() => dialog.getByRole('listitem').locator('span').allInnerTexts()).toEqual(['待受理的', '退回的'])
  })

  it('are called something else where they stand, and a deleted one comes back until the sheet is closed', async () => {
    const { page } = desk
    const dialog = page.getByRole('dialog', { name: '整理' })
    const names = () => dialog.getByRole('listitem').locator('span').allInnerTexts()
    await dialog.getByRole('button', { name: '给“退回的”改名' }).click()
    await page.keyboard.press('Control+A')
    await page.keyboard.type('待受理的')
    await dialog.getByText('已经有这个名字了').waitFor()
    await look(page, 'desk-views-rename')
    await page.keyboard.press('Control+A')
    await page.keyboard.type('要补的')
    await page.keyboard.press('Enter')
    await expect.poll(names).toEqual(['待受理的', '要补的'])
    await dialog.getByRole('button', { name: '删除“待受理的”' }).click()
    await dialog.getByText('已删除“待受理的”').waitFor()
    await look(page, 'desk-views-deleted')
    await dialog.getByRole('button', { name: '恢复' }).click()
    await expect.poll(names).toEqual(['待受理的', '要补的'])
    await dialog.getByRole('button', { name: '给“要补的”改名' }).click()
    await page.keyboard.press('Control+A')
    await page.keyboard.type('退回的')
    await page.keyboard.press('Enter')
    await expect.poll(names).toEqual(['待受理的', '退回的'])
    await dialog.getByRole('button', { name: '返回' }).click()
  })

  it("are a collector's too, their own", async () => {
    const hand = new Phone({ origin: server.origin })
    try {
      const page = await hand.start()
      await new App(page).signIn('c602', password)
      await page.goto(`${server.origin}/cases?whose=squad&span=month`)
      await page.getByText(/到底了$/).waitFor({ timeout: 30_000 })
      await views(hand).getByRole('button', { name: '存成常用筛选' }).tap()
      const naming = page.getByRole('dialog', { name: '存成常用筛选' })
      await naming.getByRole('textbox', { name: '名字' }).fill('中队本月')
      await naming.getByRole('button', { name: '存到中心' }).tap()
      await naming.waitFor({ state: 'detached' })
      await page.goto(`${server.origin}/cases`)
      await views(hand).getByRole('button', { name: /^中队本月/ }).tap()
      await page.waitForURL(/whose=squad/)
      await look(page, 'phone-views-collector')
      await views(hand).getByRole('button', { name: '整理' }).tap()
      await look(page, 'phone-views-order')
      expect(await views(desk).getByRole('button', { name: /^中队本月/ }).count()).toBe(0)
    } finally {
      await hand.remove()
    }
  })

  it("are on the leader's phone too, and there without a line", async () => {
    const { page } = phone
    await page.goto(`${server.origin}/cases`)
    await views(phone).getByRole('button', { name: /^退回的/ }).waitFor()
    await look(page, 'phone-views')
    await page.evaluate(async () => void (await navigator.serviceWorker.ready))
    await server.stop()
    await page.reload()
    await views(phone).getByRole('button', { name: /^待受理的/ }).click()
    await page.waitForURL(/state=reported/)
    await views(phone).getByRole('button', { name: '整理' }).click()
    await page.getByText('没连上中心，现在只能用').waitFor()
    expect(await page.getByRole('button', { name: '删除“退回的”' }).isDisabled()).toBe(true)
    await server.start()
  })
})
