// What the centre will not take, and what came too late: the collector sees why, and what to do.
import { App } from './pages/app'
import { Report } from './pages/report'
import { photo } from './stand/camera'
import { Phone } from './stand/phone'
import { pictureFailures } from './stand/picture'
import { Server } from './stand/server'
import { Wire } from './stand/wire'

const password = 'buxun-demo-2026'
const strange = { key: 'GB/T 47678.5-2026|matter|06999', name: '天上掉下来的类别' }

interface Taxonomy {
  usual: string[]
  categories: { standard: string; kind: string; code: string; name: { zh: string; en: string } }[]
}

/** A taxonomy as a phone might have it whose data went wrong: one category more than the centre knows, and first among the usual. */
function withStrange(taxonomy: Taxonomy): Taxonomy {
  const [standard = '', kind = '', code = ''] = strange.key.split('|')
  const [like] = taxonomy.categories
  if (!like) throw new Error('an empty taxonomy')
  const category = { ...like, standard, kind, code, name: { zh: strange.name, en: strange.name } }
  return { ...taxonomy, usual: [strange.key, ...taxonomy.usual], categories: [...taxonomy.categories, category] }
}

describe('refused and late', () => {
  const server = new Server()
  const wire = new Wire()
  let phone: Phone
  let desk: Phone
  pictureFailures(() => ({ phone, desk }))

  beforeAll(async () => {
    await server.start()
    await wire.start(server.port)
    phone = new Phone({ origin: wire.origin })
    desk = new Phone({ origin: server.origin, desktop: true })
    await phone.start('/icons/icon.svg')
    await phone.browser.route('**/api/taxonomy/*.json', async (route) => {
      const answer = await route.fetch()
      await route.fulfill({ response: answer, json: withStrange((await answer.json()) as Taxonomy) })
    })
    await phone.page.goto(wire.origin)
    await new App(phone.page).signIn('c602', password)
    await desk.start()
    await new App(desk.page).signIn('l6', password)
  })

  afterAll(async () => {
    await phone?.remove()
    await desk?.remove()
    wire.stop()
    await server.remove()
  })

  const light = (text: string) => new App(phone.page).light(text).waitFor({ timeout: 60_000 })
  const inQueue = (short: string) => desk.page.getByRole('list', { name: '待审核' }).getByText(short)

  it('L6: a refused record stays, readable, with the reason; what is behind it goes; corrected, it goes too', async () => {
    await light('全部已到中心')
    await phone.page.evaluate(async () => {
      await navigator.serviceWorker.ready
    })
    await wire.away()
    const report = new Report(phone.page)
    await report.open()
    await report.choose('系统相机', photo('street-gps.jpg'))
    const refused = await report.save(strange.name, '类别不对的一件')
    await report.choose('系统相机', photo('square-no-gps.jpg'))
    const behind = await report.save('暴露垃圾', '排在后面的一件')
    await wire.mode({})
    await inQueue(behind).waitFor({ timeout: 30_000 })
    expect(await inQueue(refused).count()).toBe(0)

    await light('需要你看一下')
    const app = new App(phone.page)
    await app.go('手机')
    const needs = phone.page.getByRole('region', { name: '需要你看一下' })
    await needs.getByText('中心没有这个类别').first().waitFor()
    const download = phone.page.waitForEvent('download')
    await needs.getByRole('button', { name: '导出' }).first().click()
    expect((await download).suggestedFilename()).not.toBe('')
    await needs.getByText('去改').first().click()
    await phone.page.getByRole('textbox', { name: '描述' }).or(phone.page.getByRole('button', { name: '下一步' })).first().waitFor()
    await phone.page.getByText('中心没有这个类别').waitFor()
    const corrected = await new Report(phone.page).save('暴露垃圾', '类别已改对')
    await inQueue(corrected).waitFor({ timeout: 30_000 })
    await inQueue(corrected).click()
    await desk.page.getByText('类别已改对').filter({ visible: true }).first().waitFor()
    await light('全部已到中心')
  })

  it('L6: words written out of reach about a case that the leader rejected meanwhile are kept as late, and their author is told', async () => {
    const app = new App(phone.page)
    await app.go('首页')
    const report = new Report(phone.page)
    await report.open()
    await report.choose('系统相机', photo('street-car-gps.jpg'))
    const short = await report.save('暴露垃圾', '会被不予立案的一件')
    await inQueue(short).waitFor({ timeout: 30_000 })
    await light('全部已到中心')

    await wire.away()
    await app.go('案卷')
    await phone.page.getByRole('list', { name: '案卷列表' }).getByRole('link').filter({ hasText: short }).click()
    await phone.page.getByRole('button', { name: '修改', exact: true }).click()
    const dialog = phone.page.getByRole('dialog')
    await dialog.getByRole('textbox', { name: '描述' }).fill('其实是两堆')
    await dialog.getByRole('button', { name: '保存修改' }).click()

    await inQueue(short).click()
    await desk.page.getByRole('button', { name: '不予立案', exact: true }).click()
    const reason = desk.page.getByRole('dialog', { name: '不予立案的原因' })
    await reason.getByRole('textbox', { name: '原因' }).fill('已有人报过同一处')
    await reason.getByRole('button', { name: '确定不予立案' }).click()
    await inQueue(short).waitFor({ state: 'detached' })
    await desk.page.getByRole('navigation', { name: '主导航' }).getByRole('link', { name: '手机' }).click()
    await new App(desk.page).light('全部已到中心').waitFor()

    await wire.mode({})
    await light('全部已到中心')
    await phone.page.getByText('晚到').first().waitFor({ timeout: 30_000 })
    await phone.page.getByText('其实是两堆').first().waitFor()
    await phone.page.getByText('不予立案').first().waitFor()
  })
})
