// What each person is told: chosen by themselves, said on the open page, and not in the middle of a record.
import { App } from './pages/app'
import { Report } from './pages/report'
import { film, photo } from './stand/camera'
import { look } from './stand/look'
import { Phone } from './stand/phone'
import { pictureFailures } from './stand/picture'
import { Server } from './stand/server'

const password = 'buxun-demo-2026'

describe('telling people', () => {
  const server = new Server()
  let phone: Phone
  let desk: Phone
  let short = ''
  pictureFailures(() => ({ phone, desk }))

  beforeAll(async () => {
    await server.start()
    phone = new Phone({ origin: server.origin, camera: film('street-gps.jpg') })
    desk = new Phone({ origin: server.origin, desktop: true })
    await new App(await phone.start()).signIn('c601', password)
    await new App(await desk.start()).signIn('l6', password)
  })

  afterAll(async () => {
    await phone?.remove()
    await desk?.remove()
    await server.remove()
  })

  const news = () => phone.page.getByRole('status', { name: '刚发生的' })
  const say = async (words: string) => {
    await desk.page.goto(`${server.origin}/cases?q=${short}`)
    await desk.page.getByRole('list', { name: '案卷列表' }).getByRole('link').first().click()
    await desk.page.getByRole('button', { name: '留言' }).click()
    const dialog = desk.page.getByRole('dialog', { name: '留言' })
    await dialog.getByRole('textbox').fill(words)
    await dialog.getByRole('button').last().click()
    await desk.page.getByText(words).first().waitFor()
  }

  it('a case that comes back is told on the open page, whatever is on it, and leads to the case', async () => {
    const report = new Report(phone.page)
    await report.open()
    await report.choose('系统相机', photo('street-car-gps.jpg'))
    short = await report.save('暴露垃圾', '灯杆旁有一堆垃圾')
    await new App(phone.page).go('我的')
    await new App(phone.page).light('全部已到中心').waitFor({ timeout: 60_000 })
    const queue = desk.page.getByRole('list', { name: '待审核' }).getByText(short)
    await queue.click()
    await desk.page.getByRole('button', { name: '退回', exact: true }).click()
    const dialog = desk.page.getByRole('dialog', { name: '退回补充的原因' })
    await dialog.getByRole('textbox', { name: '原因' }).fill('看不清灯杆号')
    await dialog.getByRole('button', { name: '确定退回' }).click()
    await news().getByText('退回给你补充的案卷').waitFor({ timeout: 20_000 })
    await look(phone.page, 'phone-told')
    await news().getByRole('link').filter({ hasText: short }).click()
    await phone.page.waitForURL(/\/cases\//)
    await news().getByRole('link').waitFor({ state: 'detached' })
  })

  it('what a person switches off is not told any more, on none of their devices', async () => {
    const { page } = phone
    await new App(page).go('我的')
    await page.getByRole('link', { name: '告诉我什么' }).click()
    const comments = page.getByRole('group', { name: '你报的案卷有新留言' })
    await comments.getByRole('checkbox', { name: '页面上' }).click()
    await page.getByText('已存到中心').waitFor()
    await page.getByRole('checkbox', { name: '有几个钟头不要打扰我' }).click()
    await page.getByRole('combobox', { name: /^从/ }).waitFor()
    await look(page, 'phone-telling')
    await page.setViewportSize({ width: 1440, height: 900 })
    await look(page, 'desk-telling')
    await page.setViewportSize({ width: 390, height: 844 })
    await page.getByRole('checkbox', { name: '有几个钟头不要打扰我' }).click()
    await page.getByRole('combobox', { name: /^从/ }).waitFor({ state: 'detached' })
    await page.reload()
    await comments.getByRole('checkbox', { name: '页面上' }).and(page.locator(':not(:checked)')).waitFor()
    await say('请再看一眼')
    // What was said is there before it is looked whether it was told.
    await page.goto(`${server.origin}/cases?q=${short}`)
    await page.getByRole('main').getByRole('link').filter({ hasText: short }).first().click()
    await page.getByText('请再看一眼').waitFor({ timeout: 20_000 })
    expect(await news().getByRole('link').count()).toBe(0)
  })

  it('cannot be changed out of reach, which is said', async () => {
    const { page } = phone
    await page.goto(`${server.origin}/me/telling`)
    await page.getByRole('group', { name: '派给你的核实或核查' }).getByRole('checkbox', { name: '推送' }).and(page.locator(':enabled')).waitFor()
    await server.stop()
    await page.getByText('没连上中心，现在只能看').waitFor({ timeout: 30_000 })
    expect(await page.getByRole('checkbox', { name: '推送' }).first().isDisabled()).toBe(true)
    await server.start()
  })
})
