// Said instead of written: recorded out of reach, kept through a killed browser, heard by the leader.
import type { Locator, Page } from 'playwright-core'
import { App } from './pages/app'
import { Report } from './pages/report'
import { film } from './stand/camera'
import { look, themed } from './stand/look'
import { Phone } from './stand/phone'
import { until } from './stand/program'
import { pictureFailures } from './stand/picture'
import { Server } from './stand/server'
import { Uploads } from './stand/traffic'
import { Wire } from './stand/wire'

const password = 'buxun-demo-2026'

describe('voice notes', () => {
  const server = new Server()
  const wire = new Wire()
  let phone: Phone
  let mute: Phone
  let desk: Phone
  let thumb: Phone
  let short = ''

  pictureFailures(() => ({ phone, mute, desk, thumb }))

  beforeAll(async () => {
    await server.start()
    await wire.start(server.port)
    phone = new Phone({ origin: wire.origin, camera: film('street-gps.jpg'), permissions: ['camera', 'geolocation', 'microphone'] })
    mute = new Phone({ origin: server.origin, camera: film('street-gps.jpg') })
    desk = new Phone({ origin: server.origin, desktop: true })
    thumb = new Phone({ origin: wire.origin })
    const leader = await desk.start()
    await new App(leader).signIn('l6', password)
    await new App(leader).go('审核')
    await leader.getByRole('list', { name: '待审核' }).waitFor()
  })

  afterAll(async () => {
    for (const one of [phone, mute, desk, thumb]) await one?.remove()
    wire.stop()
    await server.remove()
  })

  const light = (text: string) => new App(phone.page).light(text).waitFor({ timeout: 60_000 })
  const inQueue = (id: string) => desk.page.getByRole('list', { name: '待审核' }).getByText(id)
  const button = (page: Page) => page.getByRole('group', { name: '录音' }).getByRole('button', { name: /按住说话|停/ }).last()
  const recorded = (page: Page) => page.getByRole('list', { name: '录好的' }).getByRole('listitem')

  /** Waits until a voice note sounds and its time goes on. */
  async function hear(page: Page): Promise<void> {
    await until('the voice note to be heard', () => page.evaluate(() => [...document.querySelectorAll('audio')].some((audio) => !audio.paused && audio.currentTime > 0.2)))
  }

  /** From one case to the next until it is there. */
  async function turnTo(page: Page, wanted: Locator): Promise<void> {
    await until('the case that was told', async () => {
      if ((await wanted.count()) > 0) return true
      await page.getByRole('button', { name: '下一件' }).click()
      return false
    })
  }

  /** In sunlight, at night and by day. */
  async function inThemes(page: Page, name: string): Promise<void> {
    for (const theme of ['sun', 'night', 'day']) {
      await themed(page, theme)
      await look(page, `${name}-${theme}`)
    }
  }

  async function sheet(page: Page): Promise<Report> {
    const report = new Report(page)
    await report.open()
    await report.snap()
    await page.getByRole('button', { name: '下一步' }).click()
    await page.getByRole('radiogroup', { name: '类别' }).waitFor()
    return report
  }

  it('the collector signs in on line once', async () => {
    const page = await phone.start()
    await new App(page).signIn('c601', password)
    await light('全部已到中心')
    await page.evaluate(async () => {
      await navigator.serviceWorker.ready
    })
  })

  it('L1: out of reach a note is recorded by tap and by holding; a killed browser gives the draft back with both', async () => {
    await wire.away()
    const page = phone.page
    await sheet(page)
    await button(page).click()
    await page.getByRole('button', { name: '0:01' }).waitFor()
    await inThemes(page, 'phone-voice-recording')
    await page.getByRole('button', { name: /0:0[2-9]/ }).waitFor()
    await button(page).click()
    await recorded(page).first().waitFor()
    const box = await button(page).boundingBox()
    if (!box) throw new Error('there is no button')
    await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2)
    await page.mouse.down()
    await page.getByRole('button', { name: '0:01' }).waitFor()
    await page.mouse.up()
    await recorded(page).nth(1).waitFor()
    await inThemes(page, 'phone-voice-sheet')

    await phone.kill()
    const again = await phone.start()
    await new Report(again).open()
    await again.getByRole('link', { name: '接着写' }).click()
    expect(await recorded(again).count()).toBe(2)
    await again.getByRole('button', { name: /播放第 1 段录音/ }).click()
    await hear(again)
  })

  it('one of them is deleted, the other saved; it is heard out of reach, and after another killed browser (L2)', async () => {
    const page = phone.page
    await page.getByRole('button', { name: '删除第 2 段录音' }).click()
    await page.getByRole('button', { name: '删除 1 段录音' }).click()
    await recorded(page).nth(1).waitFor({ state: 'detached' })
    short = await new Report(page).save('暴露垃圾', '')
    await phone.kill()
    const again = await phone.start()
    await light('1 段录音')
    await new App(again).go('案卷')
    await again.getByRole('list', { name: '案卷列表' }).getByText(short).click()
    await again.getByRole('button', { name: /播放第 1 段录音/ }).click()
    await hear(again)
    await look(again, 'phone-voice-case')
  })

  it('L9: back in reach the record goes first; the leader hears the note with one key', async () => {
    const uploads = new Uploads(phone.browser)
    await wire.mode({})
    await inQueue(short).click()
    await desk.page.getByRole('button', { name: /播放第 1 段录音/ }).first().waitFor({ timeout: 30_000 })
    await light('全部已到中心')
    const kinds = uploads.created.map(({ kind }) => kind)
    expect(kinds).toContain('voice')
    expect(kinds.indexOf('preview')).toBeLessThan(kinds.indexOf('voice'))
    await look(desk.page, 'desk-voice-review')
    await desk.page.keyboard.press('p')
    await hear(desk.page)

    const hash = uploads.created.find(({ kind }) => kind === 'voice')?.hash ?? ''
    const heard = await desk.page.evaluate(async (of) => {
      const answer = await fetch(`/api/photos/${of}`)
      const sound = await new AudioContext().decodeAudioData(await answer.arrayBuffer())
      return { type: answer.headers.get('Content-Type'), seconds: sound.duration, loudest: sound.getChannelData(0).reduce((most, one) => Math.max(most, Math.abs(one)), 0) }
    }, hash)
    expect(heard.type).toBe('audio/webm')
    expect(heard.seconds).toBeGreaterThan(1.5)
    expect(heard.loudest).toBeGreaterThan(0.05)
  })

  it('on the phone the leader hears it with one tap, out of reach too once it was heard', async () => {
    const page = await thumb.start()
    await new App(page).signIn('l6', password)
    const play = page.getByRole('button', { name: /播放第 1 段录音/ }).first()
    await turnTo(page, play)
    await play.click()
    await hear(page)
    await page.getByRole('button', { name: /停住第 1 段录音/ }).first().click()
    await inThemes(page, 'phone-voice-review')
    await page.evaluate(async () => {
      await navigator.serviceWorker.ready
    })
    await wire.away()
    await page.reload()
    await turnTo(page, play)
    await play.click()
    await hear(page)
    await wire.mode({})
  })

  it('L12: where the microphone is refused it is said, and the report goes on without it', async () => {
    const page = await mute.start()
    await new App(page).signIn('c602', password)
    const report = await sheet(page)
    await button(page).click()
    await page.getByRole('alert').filter({ hasText: '没有话筒权限' }).waitFor()
    await look(page, 'phone-voice-refused')
    await inQueue(await report.save('道路不洁', '沿街有落叶')).waitFor({ timeout: 30_000 })
  })
})
