// What the phone does not hold is found at the centre, by words of two characters, and opened there and then.
import { App } from './pages/app'
import { Report } from './pages/report'
import { photo } from './stand/camera'
import { look } from './stand/look'
import { Phone } from './stand/phone'
import { pictureFailures } from './stand/picture'
import { Server } from './stand/server'
import { Wire } from './stand/wire'

const password = 'buxun-demo-2026'

describe('search at the centre', () => {
  const server = new Server()
  const wire = new Wire()
  let phone: Phone
  let other: Phone
  let short = ''
  pictureFailures(() => ({ phone, other }))

  beforeAll(async () => {
    await server.start()
    await wire.start(server.port)
    other = new Phone({ origin: server.origin })
    await other.start()
    await new App(other.page).signIn('c601', password)
    await new Report(other.page).open()
    await new Report(other.page).choose('相册', photo('street-gps.jpg'))
    short = await new Report(other.page).save('暴露垃圾', '鸵鸟蛋壳撒了一路')
    await new App(other.page).light('全部已到中心').waitFor({ timeout: 60_000 })
    phone = new Phone({ origin: wire.origin })
    await phone.start()
    await wire.mode({ match: 'GET /api/live', cutAfterUp: 1, cutTimes: -1 }) // no case comes by itself
    await new App(phone.page).signIn('c602', password)
    await new App(phone.page).go('案卷')
  })

  afterAll(async () => {
    await phone?.remove()
    await other?.remove()
    wire.stop()
    await server.remove()
  })

  const query = (words: string) => phone.page.getByRole('searchbox', { name: '搜索案卷' }).fill(words)
  const ask = () => phone.page.getByRole('button', { name: '到中心查更早的' }).click()

  it('finds a word of two characters, and says so where there is none', async () => {
    await query('鸵鸟')
    await phone.page.getByText('没有符合条件的案卷').waitFor()
    await ask()
    await phone.page.getByRole('list', { name: '中心查到的' }).getByText(short).waitFor()
    await phone.page.getByRole('list', { name: '中心查到的' }).locator('img').waitFor()
    await look(phone.page, 'search-found')
    await query('鸵鸵')
    await ask()
    await phone.page.getByText('中心也没有更早的了').waitFor()
  })

  it('says that the centre is out of reach, and goes on when it is not', async () => {
    await query('蛋壳')
    await wire.mode({ refuse: true })
    await wire.reset('')
    await ask()
    await phone.page.getByText(/现在连不上中心。手机里只有/).waitFor()
    await look(phone.page, 'search-away')
    await wire.mode({ match: 'GET /api/live', cutAfterUp: 1, cutTimes: -1 })
    await ask()
    await phone.page.getByRole('list', { name: '中心查到的' }).getByText(short).waitFor()
  })

  it('opens what was found; it is on the phone from then on, out of reach too', async () => {
    await phone.page.getByRole('list', { name: '中心查到的' }).getByText(short).click()
    await phone.page.getByText('鸵鸟蛋壳撒了一路').first().waitFor()
    await phone.page.getByRole('heading', { name: '暴露垃圾' }).waitFor()
    await wire.away()
    await phone.page.reload()
    await phone.page.getByText('鸵鸟蛋壳撒了一路').first().waitFor()
    await look(phone.page, 'search-brought')
  })

  it('L10: says of a case that is not there, or not theirs, what it may say', async () => {
    await wire.mode({ match: 'GET /api/live', cutAfterUp: 1, cutTimes: -1 })
    await phone.page.goto(`${wire.origin}/cases/01990000-0000-7000-8000-000000000001`)
    await phone.page.getByText('它可能还没传到这部手机，或者不在你的范围内').waitFor()
    await look(phone.page, 'search-gone')
  })
})
