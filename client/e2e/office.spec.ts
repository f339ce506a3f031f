// An administrator's day: a squad comes to be, its people come from Excel, one of them goes out and comes back without the phone.
import { readFileSync } from 'node:fs'
import type { Page } from 'playwright-core'
import { App } from './pages/app'
import { film } from './stand/camera'
import { look } from './stand/look'
import { Phone } from './stand/phone'
import { pictureFailures } from './stand/picture'
import { until } from './stand/program'
import { Server } from './stand/server'
import { workbook } from './stand/workbook'

const password = 'buxun-demo-2026'
const own = 'tiyan-2026-11-26'
const head = ['账号', '显示名', '角色', '中队', '密码']
const collectors = Array.from({ length: 13 }, (_, i) => [`c7${String(i + 1).padStart(2, '0')}`, `采集员7-${String(i + 1).padStart(2, '0')}`, '采集员', '七中队', i === 0 ? own : ''])

describe("an administrator's day", () => {
  const server = new Server()
  let desk: Phone
  let phone: Phone
  pictureFailures(() => ({ desk, phone }))

  const go = async (part: '人员' | '中队' | '责任清单' | '区域' | '设备' | '常用语') => {
    await desk.page.getByRole('navigation', { name: '主导航' }).getByRole('link', { name: part, exact: true }).click()
    await desk.page.getByRole('heading', { level: 1, name: new RegExp(`^${part}`) }).waitFor()
  }
  const upload = async (rows: readonly (readonly string[])[]) =>
    desk.page.getByRole('dialog').locator('input[type=file]').setInputFiles({ name: '人员.xlsx', mimeType: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet', buffer: workbook(rows) })

  beforeAll(async () => {
    await server.start()
    desk = new Phone({ origin: server.origin, desktop: true })
    phone = new Phone({ origin: server.origin, camera: film('street-gps.jpg') })
  })

  afterAll(async () => {
    await desk?.remove()
    await phone?.remove()
    await server.remove()
  })

  it('signs in and adds a squad; a code that is none is told at its field', async () => {
    const page = await desk.start()
    await new App(page).signIn('admin', password)
    await go('中队')
    await page.getByRole('button', { name: '添加中队' }).click()
    const dialog = page.getByRole('dialog', { name: '添加中队' })
    await dialog.getByRole('textbox', { name: '编号' }).fill('七 中队')
    await dialog.getByRole('textbox', { name: '名称' }).fill('七中队')
    await dialog.getByRole('button', { name: '添加', exact: true }).click()
    await dialog.getByText('要用英文字母、数字、点或横线').waitFor()
    expect(await dialog.getByRole('textbox', { name: '编号' }).getAttribute('aria-invalid')).toBe('true')
    await dialog.getByRole('textbox', { name: '编号' }).fill('squad-7')
    await page.keyboard.press('Enter')
    await dialog.waitFor({ state: 'detached' })
    await page.getByRole('table', { name: '中队' }).getByRole('button', { name: '打开 七中队' }).waitFor()
  })

  it('imports thirteen collectors from Excel: two mistakes are told by row, and nothing is taken', async () => {
    const { page } = desk
    await go('人员')
    await page.getByRole('button', { name: '导入', exact: true }).click()
    const wrong = collectors.map((row, i) => (i === 3 ? [row[0] ?? '', row[1] ?? '', '队员', '七中队', ''] : i === 8 ? ['C 709', row[1] ?? '', '采集员', '七中队', ''] : row))
    await upload([head, ...wrong])
    const dialog = page.getByRole('dialog', { name: '导入人员' })
    await dialog.getByText('有 2 处要改，什么都没有导入').waitFor()
    const told = await dialog.getByRole('region', { name: '要改的地方' }).last().locator('tbody tr').allInnerTexts()
    expect(told.map((text) => text.split('\t').slice(0, 2))).toEqual([['5', '角色'], ['10', '账号']])
    const [list] = await Promise.all([page.waitForEvent('download'), dialog.getByRole('button', { name: '下载要改的清单' }).click()])
    expect(readFileSync(await list.path(), 'utf8')).toMatch(/^\ufeff"行","列","哪里不对，怎么改"\r\n"5","角色",/)
    expect(await dialog.getByRole('button', { name: /^导入这/ }).count()).toBe(0)
  })

  it('the corrected file is looked at, imported, and a second time changes nothing', async () => {
    const { page } = desk
    await upload([head, ...collectors])
    const dialog = page.getByRole('dialog', { name: '导入人员' })
    await dialog.getByRole('button', { name: '导入这 13 处' }).click()
    await dialog.getByText('已导入').waitFor()
    await dialog.getByText('12 人还没有密码').waitFor()
    await dialog.getByRole('button', { name: '好了' }).click()
    await page.getByRole('searchbox', { name: '搜索人员' }).fill('七中队')
    await page.getByText('13 人', { exact: true }).waitFor()
    await page.getByRole('button', { name: '导入', exact: true }).click()
    await upload([head, ...collectors])
    await dialog.getByText('和现在的一样，没有要导入的').waitFor()
    await page.keyboard.press('Escape')
    await dialog.waitFor({ state: 'detached' })
  })

  it('one of them signs in on a phone, and a phrase that the administrator adds is offered there', async () => {
    const { page } = desk
    await go('常用语')
    await page.getByRole('button', { name: '添加常用语' }).click()
    const dialog = page.getByRole('dialog', { name: '添加常用语' })
    await dialog.getByRole('combobox', { name: '中队' }).selectOption({ label: '七中队' })
    await dialog.getByRole('combobox', { name: '用在哪里' }).selectOption({ label: '描述' })
    await dialog.getByRole('textbox', { name: '内容' }).fill('共享单车占了盲道')
    await dialog.getByRole('button', { name: '添加', exact: true }).click()
    await page.getByRole('table', { name: '常用语' }).getByText('共享单车占了盲道').waitFor()

    const street = await phone.start()
    const offered = street.waitForResponse((response) => response.url().endsWith('/api/phrases') && response.ok())
    await new App(street).signIn('c701', own)
    await new App(street).light('全部已到中心').waitFor()
    expect(await (await offered).json()).toMatchObject({ squad: 'squad-7', kinds: { description: ['共享单车占了盲道'] } })
  })

  it('two administrators do not overwrite each other, and what was typed does not vanish', async () => {
    const { page } = desk
    await go('人员')
    await page.getByRole('searchbox', { name: '搜索人员' }).fill('c702')
    await page.getByRole('button', { name: '打开 c702 采集员7-02' }).click()
    const dialog = page.getByRole('dialog', { name: '采集员7-02' })
    await dialog.getByRole('textbox', { name: '显示名' }).fill('采集员7-02（早班）')
    const { rows } = (await (await desk.browser.request.get(`${server.origin}/api/office/people?q=c702`)).json()) as { rows: { id: string; revision: number }[] }
    const other = await desk.browser.request.put(`${server.origin}/api/office/people/${rows[0]?.id}`, { headers: { 'If-Match': `"${rows[0]?.revision}"` }, data: { label: '采集员7-02（晚班）' } })
    expect(other.status()).toBe(200)
    await dialog.getByRole('button', { name: '保存' }).click()
    await dialog.getByText('别人刚改过这一条').waitFor()
    await dialog.getByText('显示名现在是“采集员7-02（晚班）”').waitFor()
    expect(await dialog.getByRole('textbox', { name: '显示名' }).inputValue()).toBe('采集员7-02（早班）')
    await page.keyboard.press('Escape')
    await dialog.getByText('改的内容还没有保存').waitFor()
    await dialog.getByRole('button', { name: '接着改' }).click()
    await dialog.getByRole('button', { name: '保存' }).click()
    await page.getByRole('table', { name: '人员' }).getByText('采集员7-02（早班）').waitFor()
  })

  it('an area is given to two of its collectors by name; nobody of another squad is offered, and a file does the same', async () => {
    const { page } = desk
    await go('区域')
    await page.getByRole('searchbox', { name: '搜索区域' }).fill('430204003005')
    await page.getByRole('table', { name: '区域' }).getByRole('button', { name: '打开 花果山社区', exact: true }).click()
    const dialog = page.getByRole('dialog', { name: '花果山社区' })
    const answering = dialog.getByRole('group', { name: '责任采集员' }).first()
    for (const name of ['采集员6-01', '采集员6-02']) await answering.getByRole('checkbox', { name }).uncheck()
    await answering.getByRole('searchbox', { name: '搜索采集员' }).fill('c611')
    await answering.getByRole('checkbox', { name: '采集员6-11' }).check()
    await answering.getByRole('searchbox', { name: '搜索采集员' }).fill('6-12')
    await answering.getByRole('checkbox', { name: '采集员6-12' }).check()
    await answering.getByRole('searchbox', { name: '搜索采集员' }).fill('采集员5')
    await answering.getByText('没有找到，换个词').waitFor()
    await dialog.getByRole('button', { name: '保存' }).click()
    await dialog.waitFor({ state: 'detached' })
    const row = page.getByRole('table', { name: '区域' }).getByRole('row').filter({ has: page.getByRole('button', { name: '打开 花果山社区', exact: true }) })
    await row.getByText('采集员6-11、采集员6-12').waitFor()
    await page.getByRole('button', { name: '导入', exact: true }).click()
    const importing = page.getByRole('dialog', { name: '导入区域' })
    const table = (who: string) => importing.locator('input[type=file]').setInputFiles({ name: '区域.csv', mimeType: 'text/csv', buffer: Buffer.from(`编号,名称,中队,类型,责任采集员\n430204003005,花果山社区,六中队,社区,${who}\n`) })
    await table('c611 c501')
    await importing.getByText('采集员“c501”（采集员5-01）不在这个区域的中队').waitFor()
    await table('c611')
    await importing.getByText('责任采集员：c611 c612 → c611').waitFor()
    await importing.getByRole('button', { name: '导入这 1 处' }).click()
    await importing.getByRole('button', { name: '好了' }).click()
    await row.getByText('采集员6-11', { exact: true }).waitFor()
  })

  it('the units\' register is added to, changed, imported by the page, and takes nothing that nobody knows', async () => {
    const { page } = desk
    await go('责任清单')
    await page.getByRole('searchbox', { name: '搜索责任清单' }).fill('暴露垃圾')
    await page.getByText('没有找到').waitFor()
    await page.getByRole('button', { name: '添加一条' }).click()
    const dialog = page.getByRole('dialog', { name: '添加一条' })
    await dialog.getByRole('button', { name: '添加', exact: true }).click()
    await dialog.getByText('没有写处置单位').waitFor()
    await dialog.getByText('没有写类别').waitFor()
    await dialog.getByRole('combobox', { name: '处置单位' }).selectOption({ label: '石峰园林（演示）' })
    await dialog.getByRole('searchbox', { name: '搜索类别' }).fill('bllj')
    await dialog.getByRole('radio', { name: /^暴露垃圾.*47678/ }).check()
    await dialog.getByRole('searchbox', { name: '搜索区域' }).fill('花果山社区')
    await dialog.getByRole('radio', { name: /^花果山社区/ }).check()
    await dialog.getByRole('button', { name: '添加', exact: true }).click()
    await dialog.waitFor({ state: 'detached' })
    const row = page.getByRole('table', { name: '责任清单' }).getByRole('row').filter({ hasText: '暴露垃圾' })
    await row.getByText('花果山社区').waitFor()
    await row.getByRole('button').click()
    const editing = page.getByRole('dialog', { name: '暴露垃圾' })
    await editing.getByRole('radio', { name: '所有地方' }).check()
    await editing.getByRole('button', { name: '保存' }).click()
    await row.getByText('所有地方').waitFor()
    await page.getByRole('button', { name: '导入', exact: true }).click()
    const importing = page.getByRole('dialog', { name: '导入责任清单' })
    const table = (lines: string) => importing.locator('input[type=file]').setInputFiles({ name: '责任清单.csv', mimeType: 'text/csv', buffer: Buffer.from(`处置单位,类别,区域\n${lines}`) })
    await table('石峰园林（演示）,园林绿化设施,\n没有的单位,暴露垃圾,\n')
    await importing.getByText('没有处置单位“没有的单位”').waitFor()
    await table('石峰园林（演示）,园林绿化设施,\n')
    await importing.getByRole('listitem').filter({ hasText: '删除' }).getByText(/^暴露垃圾/).waitFor()
    await importing.getByRole('button', { name: '导入这 1 处' }).click()
    await importing.getByRole('button', { name: '好了' }).click()
    await page.getByText('没有找到').waitFor()
  })

  it('L13: a lost phone is revoked with its reason, and is empty at its next contact', async () => {
    const { page } = desk
    await go('设备')
    const row = page.getByRole('table', { name: '设备' }).getByRole('row').filter({ hasText: '采集员7-01' })
    await row.getByRole('button').click()
    const dialog = page.getByRole('dialog', { name: '采集员7-01的设备' })
    await dialog.getByText(/Chrome/).first().waitFor()
    await dialog.getByRole('button', { name: '停用这部设备' }).click()
    await dialog.getByText('这部手机上没有没传的').waitFor()
    await dialog.getByRole('button', { name: '停用', exact: true }).click()
    await dialog.getByText('写一句停用的原因').waitFor()
    await dialog.getByRole('textbox', { name: '停用的原因' }).fill('丢在公交车上')
    await dialog.getByRole('button', { name: '停用', exact: true }).click()
    await dialog.getByText('丢在公交车上').waitFor()
    await dialog.getByRole('button', { name: '关闭' }).click()
    await row.waitFor({ state: 'detached' })

    await phone.page.getByRole('heading', { name: '这部手机已被停用' }).waitFor({ timeout: 30_000 })
  })

  it('says that it needs the network, keeps what is on screen, and goes on when the line is back', async () => {
    const { page } = desk
    await go('人员')
    await page.getByRole('table', { name: '人员' }).getByText('c601').waitFor()
    await desk.browser.setOffline(true)
    await page.getByRole('searchbox', { name: '搜索人员' }).fill('c603')
    await page.getByText('管理页面要连着网').waitFor()
    await page.getByRole('table', { name: '人员' }).getByText('c601').waitFor()
    await desk.browser.setOffline(false)
    await page.getByRole('button', { name: '再试一次' }).click()
    await page.getByText('1 人', { exact: true }).waitFor()
  })

  it('what is filtered is what is exported', async () => {
    const { page } = desk
    const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: '导出 CSV' }).click()])
    const text = readFileSync(await file.path(), 'utf8')
    expect(file.suggestedFilename()).toMatch(/^人员-\d{4}-\d\d-\d\d\.csv$/)
    expect(text.trim().split('\r\n')).toHaveLength(2)
    expect(text).toContain('c603,采集员6-03,采集员,squad-6,,在用,')
  })
})

/** A dozen looks by axe at tables of fifty rows take a while on a small machine. */
const patience = 400_000

describe.each([
  { where: 'phone', size: { width: 390, height: 844 } },
  { where: 'desk', size: { width: 1440, height: 900 } },
  { where: 'wide', size: { width: 1920, height: 1080 } },
])("the office's pages, $where", ({ where, size }) => {
  const server = new Server()
  let one: Phone
  pictureFailures(() => ({ one }))

  beforeAll(async () => {
    await server.start()
    one = new Phone({ origin: server.origin, desktop: where !== 'phone' })
    await one.start()
    await one.page.setViewportSize(size)
  })

  afterAll(async () => {
    await one?.remove()
    await server.remove()
  })

  const open = async (page: Page, part: string) => {
    await page.goto(`${server.origin}/office/${part}`)
    await page.getByRole('table').first().waitFor()
  }

  it('are reachable, nothing serious for axe, nothing scrolls sideways', async () => {
    const { page } = one
    await new App(page).signIn('admin', password)
    await page.getByRole('table', { name: '人员' }).waitFor()
    await look(page, `${where}-office-people`)
    await page.getByRole('table').getByRole('button', { name: /^打开 c601/ }).click()
    await page.getByRole('dialog').getByRole('button', { name: '生成新密码' }).click()
    await page.getByText('新密码只显示这一次').waitFor()
    await look(page, `${where}-office-person`)
    await open(page, 'squads')
    await look(page, `${where}-office-squads`)
    await page.getByRole('table').getByRole('button', { name: /^打开 / }).first().click()
    await page.getByRole('dialog').getByText('谁改过什么').click()
    await page.getByRole('dialog').getByText('添加', { exact: true }).waitFor()
    await look(page, `${where}-office-squad`)
    await open(page, 'units')
    await look(page, `${where}-office-units`)
    await page.getByRole('table').getByRole('button', { name: /^打开 / }).first().click()
    await page.getByRole('dialog').getByRole('button', { name: '删除这个处置单位' }).click()
    await page.getByRole('dialog').getByRole('button', { name: '删除处置单位' }).click()
    await page.getByText('这个处置单位还有人员或案卷').waitFor()
    await look(page, `${where}-office-unit`)
    await open(page, 'people')
    await page.getByRole('button', { name: '添加人员' }).click()
    await page.getByRole('dialog').getByLabel('角色').selectOption('unit')
    await page.getByRole('dialog').getByLabel('处置单位').selectOption({ label: '石峰市政（演示）' })
    await look(page, `${where}-office-unit-person`)
    await open(page, 'register')
    await look(page, `${where}-office-register`)
    await page.getByRole('table').getByRole('button', { name: /^打开 / }).first().click()
    await page.getByRole('dialog').getByRole('radio').first().waitFor()
    await look(page, `${where}-office-duty`)
    await open(page, 'areas')
    await look(page, `${where}-office-areas`)
    await page.getByRole('table').getByRole('button', { name: /^打开 / }).first().click()
    await page.getByRole('img', { name: /的边界/ }).waitFor()
    await page.getByRole('dialog').getByRole('checkbox').first().waitFor()
    await look(page, `${where}-office-area`)
    await open(page, 'devices')
    await look(page, `${where}-office-devices`)
    await page.getByRole('table').getByRole('button', { name: /^打开 / }).first().click()
    await page.getByRole('button', { name: '停用这部设备' }).click()
    await look(page, `${where}-office-device`)
    await page.goto(`${server.origin}/office/phrases`)
    await page.getByText('各中队都还在用自带的常用语').waitFor()
    await look(page, `${where}-office-phrases`)
    await page.goto(`${server.origin}/office/people`)
    await page.getByRole('button', { name: '导入', exact: true }).click()
    await page.getByRole('dialog').locator('input[type=file]').setInputFiles({ name: 'people.csv', mimeType: 'text/csv', buffer: Buffer.from('账号,显示名,角色,中队\nc601,采集员6-01,队员,六中队\nC 9,,采集员,九中队\n') })
    await page.getByText('有 4 处要改').waitFor()
    await look(page, `${where}-office-mistakes`)
    await page.getByRole('dialog').locator('input[type=file]').setInputFiles({ name: 'people.csv', mimeType: 'text/csv', buffer: Buffer.from('账号,显示名,角色,中队\nc601,采集员6-01（早班）,中队长,五中队\nc699,采集员6-99,采集员,六中队\n') })
    await page.getByRole('button', { name: '导入这 2 处' }).waitFor()
    await look(page, `${where}-office-preview`)
  }, patience)

  it.skipIf(where === 'wide')('in every theme, and in English', async () => {
    const { page } = one
    for (const theme of ['sun', 'night', 'day']) {
      await page.evaluate((name) => localStorage.setItem('buxun.theme', name), theme)
      await open(page, 'people')
      await look(page, `${where}-office-people-${theme}`)
    }
    await page.evaluate(() => localStorage.setItem('buxun.language', 'en'))
    for (const part of ['people', 'register', 'areas', 'devices']) {
      await open(page, part)
      await look(page, `${where}-office-${part}-en`)
    }
  }, patience)

  it('are for administrators: a leader who types the address is sent to the queue', async () => {
    const { page } = one
    await page.evaluate(() => localStorage.setItem('buxun.language', 'zh-CN'))
    await page.goto(server.origin)
    await new App(page).signOut()
    await new App(page).signIn('l6', password)
    await page.goto(`${server.origin}/office/people`)
    await until('the queue', async () => new URL(page.url()).pathname === '/review')
  })
})
