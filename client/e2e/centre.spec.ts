// What an administrator sets for the whole centre: time limits and the office calendar with their history, and who is told of events.
import { createServer, type Server as Listener } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Page } from 'playwright-core'
import { App } from './pages/app'
import { look } from './stand/look'
import { Phone } from './stand/phone'
import { pictureFailures } from './stand/picture'
import { Server } from './stand/server'

const password = 'buxun-demo-2026'

describe('limits, calendar and webhooks', () => {
  const server = new Server()
  const heard: string[] = []
  let listener: Listener
  let desk: Phone
  let page: Page
  pictureFailures(() => ({ desk }))

  beforeAll(async () => {
    listener = createServer((request, answer) => {
      heard.push(request.url ?? '')
      answer.end()
    })
    await new Promise<void>((resolve) => void listener.listen(0, '127.0.0.1', resolve))
    await server.start()
    desk = new Phone({ origin: server.origin, desktop: true })
    page = await desk.start()
    await new App(page).signIn('admin', password)
  })

  afterAll(async () => {
    await desk?.remove()
    listener?.close()
    await server.remove()
  })

  const both = async (name: string) => {
    await look(page, `desk-${name}`)
    await page.setViewportSize({ width: 390, height: 844 })
    await look(page, `phone-${name}`)
    await page.setViewportSize({ width: 1440, height: 900 })
  }
  const upload = (text: string) => page.getByRole('dialog').locator('input[type=file]').setInputFiles({ name: 'table.csv', mimeType: 'text/csv', buffer: Buffer.from(text) })
  const versions = () => page.getByRole('list', { name: '历史版本' }).getByRole('listitem')

  it('a limit is searched, looked at, and changed by a table after its changes were shown', async () => {
    await page.goto(`${server.origin}/office/limits`)
    await page.getByRole('table', { name: '时限' }).waitFor()
    await both('limits')
    await page.getByRole('searchbox', { name: '搜索时限' }).fill('暴露垃圾')
    await page.getByRole('table', { name: '时限' }).getByRole('row').nth(1).getByText('暴露垃圾').waitFor()
    await page.getByRole('table', { name: '时限' }).getByRole('button').filter({ hasNotText: /小类|处置时限/ }).first().click()
    const category = /GB[^\n]+\|\d+/.exec(await page.getByRole('dialog').innerText())?.[0] ?? ''
    expect(category).not.toBe('')
    await page.getByRole('dialog').getByRole('button', { name: '关闭' }).click()
    await page.getByRole('button', { name: '导入', exact: true }).click()
    await upload(`类别,立案条件,时限\n${category},暴露垃圾一方以上,三天\n`)
    await page.getByText('有 1 处要改，什么都没有导入').waitFor()
    await upload(`类别,立案条件,时限\n${category},暴露垃圾一方以上,3工作时\n`)
    await page.getByRole('dialog').getByText('暴露垃圾一方以上').first().waitFor()
    await look(page, 'desk-limits-preview')
    await page.getByRole('button', { name: /^导入这/ }).click()
    await page.getByText('已导入').waitFor()
    await page.getByRole('button', { name: '好了' }).click()
    await page.getByRole('table', { name: '时限' }).getByText('3工作时').waitFor()
  })

  it('what it was before can be had again, with who changed it', async () => {
    await page.getByText('历史版本').click()
    await versions().nth(1).waitFor()
    const before = await versions().count()
    expect(before).toBeGreaterThan(1)
    await versions().first().getByText('现在用的').waitFor()
    await versions().first().getByText('管理员').waitFor()
    const [file] = await Promise.all([page.waitForEvent('download'), versions().nth(1).getByRole('button', { name: '时限 Excel' }).click()])
    expect(file.suggestedFilename()).toMatch(/^时限-.*\.xlsx$/)
    await both('limits-versions')
    await page.getByText('环节时限').first().click()
    await page.getByRole('button', { name: '导入环节时限' }).waitFor()
  })

  it('the calendar shows holidays and days worked in exchange', async () => {
    await page.goto(`${server.origin}/office/calendar`)
    await page.getByRole('combobox', { name: '是什么' }).selectOption({ label: '调休上班' })
    await page.getByRole('table', { name: '工作日历' }).getByText('调休上班').first().waitFor()
    await page.getByRole('combobox', { name: '是什么' }).selectOption({ label: '全部' })
    await page.getByRole('table', { name: '工作日历' }).getByText('上班时间').first().waitFor()
    await both('calendar')
  })

  it('L10: a webhook tells its secret once, leads to no private address, is paused and deleted', async () => {
    await page.goto(`${server.origin}/office/webhooks`)
    await page.getByText('还没有。添加以后').waitFor()
    await page.getByRole('button', { name: '添加通知' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByRole('button', { name: '添加', exact: true }).click()
    await dialog.getByText('写一个名字').waitFor()
    await dialog.getByRole('textbox', { name: '名字' }).fill('指挥大屏')
    await dialog.getByRole('textbox', { name: '网址' }).fill(`http://127.0.0.1:${(listener.address() as AddressInfo).port}/hook`)
    await dialog.getByRole('checkbox', { name: '新上报' }).uncheck()
    await dialog.getByRole('button', { name: '添加', exact: true }).click()
    await dialog.getByText('密钥只显示这一次').waitFor()
    const secret = await dialog.getByRole('status').locator('output').innerText()
    expect(secret).toMatch(/^[0-9a-f]{48}$/)
    await both('webhook')
    await dialog.getByRole('button', { name: '发一条试试' }).click()
    await dialog.getByText('没有送到：').waitFor()
    expect(heard).toEqual([])
    await dialog.getByRole('checkbox', { name: '暂停' }).check()
    await dialog.getByRole('button', { name: '保存' }).click()
    await dialog.getByRole('button', { name: '关闭' }).click()
    const row = page.getByRole('table', { name: '对外通知' }).getByRole('row').nth(1)
    await row.getByText('已暂停').waitFor()
    await row.getByText('14 种').waitFor()
    await both('webhooks')
    await row.getByRole('button').click()
    await dialog.getByText('发送记录').click()
    await dialog.getByText('还没有发过').waitFor()
    await page.route('**/api/office/webhooks/*/log', (route) => route.fulfill({ json: { rows: [
      { at: Date.now(), took: 0, event: 'dropped', eventId: '', attempt: 0, status: 0, fault: 'dropped: waiting too long, or too many were waiting', dropped: 1234 },
      { at: Date.now() - 60_000, took: 35, event: 'filed', eventId: 'e', attempt: 1, status: 200 },
    ] } }))
    await dialog.getByText('发送记录').click()
    await dialog.getByText('发送记录').click()
    await dialog.getByText('最早的 1234 条没发就丢了').waitFor()
    await dialog.getByText('发送记录').scrollIntoViewIfNeeded()
    await both('webhook-log')
    expect(await page.content()).not.toContain(secret)
    expect(await (await page.context().request.get(`${server.origin}/api/office/webhooks`)).text()).not.toMatch(new RegExp(`${secret}|/hook`))
    await dialog.getByRole('button', { name: '删除这个通知' }).click()
    await dialog.getByRole('button', { name: '删除通知' }).click()
    await page.getByText('还没有。添加以后').waitFor()
  })
})
