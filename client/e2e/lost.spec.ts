// A photo's file is gone from the centre's disk. Neither end may call its case sent, and the phone that still has it sends it again.
import { App } from './pages/app'
import { Report } from './pages/report'
import { photo } from './stand/camera'
import { Phone } from './stand/phone'
import { pictureFailures } from './stand/picture'
import { until } from './stand/program'
import { Server } from './stand/server'
import { hashOf, servedHash } from './stand/traffic'

const password = 'buxun-demo-2026'
const file = photo('street-gps.jpg')

describe('a photo that the centre lost', () => {
  const server = new Server()
  let phone: Phone
  let other: Phone
  let desk: Phone
  pictureFailures(() => ({ phone, other, desk }))

  const light = (text: string) => new App(phone.page).light(text)
  const lost = ({ page }: Phone) => page.getByText('中心丢了 1 张').filter({ visible: true }).first()

  beforeAll(async () => {
    await server.start()
    phone = new Phone({ origin: server.origin })
    other = new Phone({ origin: server.origin })
    desk = new Phone({ origin: server.origin, desktop: true })
    await new App(await phone.start()).signIn('c605', password)
    await new App(await desk.start()).signIn('l6', password)
  })

  afterAll(async () => {
    await phone?.remove()
    await other?.remove()
    await desk?.remove()
    await server.remove()
  })

  it('ask 2: is shown as lost on both ends, never as sent, and comes again from the phone that has it', async () => {
    const report = new Report(phone.page)
    await report.open()
    await report.choose('系统相机', file)
    const short = await report.save('暴露垃圾', '照片会丢的一件')
    await light('全部已到中心').waitFor()
    await phone.page.getByRole('link', { name: '看案卷' }).click()
    await phone.page.waitForURL('**/cases/*')
    const path = new URL(phone.page.url()).pathname

    await phone.stop()
    await server.stop()
    server.losePhoto(hashOf(file))
    await server.start()
    await desk.open(path)
    await lost(desk).waitFor()
    // Another phone of the same person, which never had the photo.
    await new App(await other.start()).signIn('c605', password)
    await new App(other.page).go('案卷')
    const row = other.page.getByRole('list', { name: '案卷列表' }).getByRole('link').filter({ hasText: short })
    await row.getByText('中心丢了 1 张照片').waitFor()
    await other.open(path)
    await lost(other).waitFor()

    await phone.start()
    await until('the photo to be here again', async () => (await servedHash(desk.browser, server.origin, hashOf(file))) === hashOf(file))
    for (const one of [desk, other]) await lost(one).waitFor({ state: 'hidden' })
    await light('全部已到中心').waitFor()
  })
})
