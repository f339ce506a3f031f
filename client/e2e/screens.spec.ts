// Every screen, on the phone and on the desk: reachable, nothing serious for axe, no sideways scrolling. Their pictures are
// left in .stamps/screens, to be looked at.
import { App } from './pages/app'
import { Report } from './pages/report'
import { film } from './stand/camera'
import { look } from './stand/look'
import { Phone } from './stand/phone'
import { Server } from './stand/server'

const password = 'buxun-demo-2026'

describe.each([
  { where: 'phone', desktop: false },
  { where: 'desk', desktop: true },
])('screens on the $where', ({ where, desktop }) => {
  const server = new Server()
  let one: Phone

  beforeAll(async () => {
    await server.start()
    one = new Phone({ origin: server.origin, camera: film('street-gps.jpg'), desktop })
    await one.start()
  })

  afterAll(async () => {
    await one?.remove()
    await server.remove()
  })

  it('signing in', async () => {
    await one.page.getByRole('button', { name: '登录', exact: true }).waitFor()
    await look(one.page, `${where}-signin`)
  })

  it("a collector's", async () => {
    const { page } = one
    const app = new App(page)
    await app.signIn('c602', password)
    await app.light('全部已到中心').waitFor()
    await page.getByRole('region', { name: /退回补充/ }).waitFor()
    await look(page, `${where}-home`)
    const report = new Report(page)
    await report.open()
    await report.snap()
    await look(page, `${where}-capture`)
    await page.getByRole('button', { name: '下一步' }).click()
    await page.getByRole('radiogroup', { name: '类别' }).waitFor()
    await look(page, `${where}-sheet`)
    await page.getByRole('button', { name: '更多类别' }).click()
    await page.getByRole('searchbox', { name: '搜索类别' }).fill('bllj')
    await page.getByRole('dialog').getByText('暴露垃圾').first().waitFor()
    await look(page, `${where}-categories`)
    await page.getByRole('dialog').getByRole('button').filter({ hasText: '暴露垃圾' }).first().click()
    await report.save('暴露垃圾', '路西 023 号灯杆旁有一堆垃圾')
    await app.go('案卷')
    await page.getByRole('list', { name: '案卷列表' }).getByRole('link').first().waitFor()
    await look(page, `${where}-cases`)
    await page.getByRole('list', { name: '案卷列表' }).getByRole('link').first().click()
    await page.getByRole('region', { name: '经过' }).waitFor()
    await look(page, `${where}-case`)
    await app.go('首页')
    await page.getByRole('region', { name: /退回补充/ }).getByRole('link').first().click()
    await page.getByRole('button', { name: '保存并再报' }).waitFor()
    await look(page, `${where}-returned`)
    await app.go('手机')
    await page.getByRole('region', { name: '存储' }).waitFor()
    await look(page, `${where}-holds`)
    await app.go('我的')
    await page.getByRole('radiogroup', { name: '外观' }).waitFor()
    await look(page, `${where}-me`)
    await app.go('首页')
    await page.getByRole('link', { name: '随手处置', exact: true }).click()
    await page.getByLabel('系统相机').waitFor({ state: 'attached' })
    await look(page, `${where}-selfhandle`)
    await app.go('我的')
    for (const theme of ['阳光', '夜间', '日间']) {
      await page.getByRole('radio', { name: theme }).check({ force: true })
      await app.go('首页')
      await page.getByRole('link', { name: '拍照上报' }).waitFor()
      await look(page, `${where}-home-${theme}`)
      await app.go('我的')
    }
    await app.signOut()
  })

  it("a leader's", async () => {
    const { page } = one
    await new App(page).signIn('l6', password)
    await page.getByRole('button', { name: '立案', exact: true }).waitFor()
    await look(page, `${where}-review`)
    await page.getByRole('button', { name: '退回', exact: true }).click()
    await page.getByRole('dialog', { name: '退回补充的原因' }).waitFor()
    await look(page, `${where}-reason`)
    await page.getByRole('link', { name: '改常用语' }).click()
    await page.getByRole('region', { name: '常用语列表' }).waitFor()
    await look(page, `${where}-phrases`)
  })
})
