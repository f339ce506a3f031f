// The phone in Node against the real server, over a line that fails: what the squad and the benches stand on.
import { createHash } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import type { Case, Photo } from '@shared/types.gen'
import { Random } from '@sync/sim/random'
import { caseStamps, openCases } from '../src/db/cases'
import { summarize } from '../src/db/summary'
import { browser } from '../src/engine/world'
import { openAlbum } from './album'
import { photograph } from './capture'
import { closeDevice, type Device, openDevice } from './device'
import { OwnServer } from './server'
import type { UploadMishap } from './site'

const root = fileURLToPath(new URL('../../', import.meta.url))
const category = 'GB/T 47678.5-2026|matter|07001'
const password = 'buxun-demo-2026'
const patience = { timeout: 30_000, interval: 20 }

describe('a phone in Node', () => {
  const server = new OwnServer(root)
  const album = openAlbum(root)
  const devices: Device[] = []
  let origin: URL

  beforeAll(async () => {
    origin = await server.start()
  })
  afterEach(async () => {
    for (const device of devices.splice(0)) await closeDevice(device)
  })
  afterAll(() => server.remove())

  async function phoneOf(login: string): Promise<Device> {
    const device = await openDevice({ name: `${login} ${devices.length} ${Math.random()}`, origin, world: { ...browser, random: new Random(login).next } })
    devices.push(device)
    await device.phone.signIn(login, password)
    await live(device)
    return device
  }

  const live = (device: Device) => vi.waitFor(() => expect(device.phone.status.value.link).toBe('live'), patience)
  const me = (device: Device) => device.phone.person.value!.id
  const allSent = (device: Device) => vi.waitFor(async () => expect((await summarize(device.store, me(device))).allSent).toBe(true), patience)

  async function report(device: Device, description: string): Promise<{ caseId: string; photos: Photo[] }> {
    const draft = device.phone.newId()
    const now = device.phone.clock.now()
    const shot = { developed: await album.take('street-25.jpg', description), part: 'scene', origin: 'camera', takenAt: now, fix: null } as const
    const photos = await photograph(device, draft, [shot])
    const { caseId } = await device.phone.save({ case: draft, action: 'report', payload: { category, description }, seen: 0, taxonomy: 'test', draft, photos })
    return { caseId, photos }
  }

  async function shown(device: Device, caseId: string): Promise<Case | undefined> {
    return (await openCases(device.store, me(device), [...(await caseStamps(device.store, me(device))).keys()])).get(caseId)
  }

  it('L9: a record and its photograph reach the leader\'s phone, the bytes as they were taken', async () => {
    const [collector, leader] = [await phoneOf('c601'), await phoneOf('l6')]
    const { caseId, photos: [photo] } = await report(collector, '演示：两部手机')
    await allSent(collector)
    await vi.waitFor(async () => expect((await shown(leader, caseId))?.photos?.[0]?.here).toBe('here'), patience)
    const bytes = await leader.site.photo(photo!.hash)
    expect(createHash('sha256').update(bytes).digest('hex')).toBe(photo!.hash)
    expect([bytes.length, photo!.width, photo!.height]).toEqual([photo!.size, 1024, 768])
  })

  it('L8: an upload that was reset goes on from what the server has', async () => {
    const device = await phoneOf('c602')
    const offsets: number[] = []
    device.site.mishap = once('PATCH', (sent) => sent >= 100_000)
    const uploads = device.site.uploads.createRequest
    device.site.uploads.createRequest = (method, url) => {
      const made = uploads(method, url)
      const { setHeader } = made
      made.setHeader = (name, value) => {
        if (method === 'PATCH' && name === 'Upload-Offset') offsets.push(Number(value))
        setHeader(name, value)
      }
      return made
    }
    const { photos: [photo] } = await report(device, '演示：传到一半断了')
    await allSent(device)
    expect(offsets[0]).toBe(0)
    expect(offsets.at(-1)).toBeGreaterThan(0)
    expect(offsets.at(-1)).toBeLessThan(photo!.size)
  })

  it('ask 7, L8: cut every hundred kilobytes, photographs cost no more than their bytes, a twentieth, and one piece a cut', async () => {
    const device = await phoneOf('c606')
    const piece = 16 * 1024
    let [cuts, sent, since] = [0, 0, 0]
    const uploads = device.site.uploads.createRequest
    device.site.uploads.createRequest = (method, url) => {
      let before = 0
      const made = uploads(method, url)
      const { setProgressHandler } = made
      made.setProgressHandler = (handler) => setProgressHandler((now: number) => {
        sent += now - before
        since += now - before
        before = now
        handler(now)
      })
      return made
    }
    device.site.mishap = {
      answered: () => false,
      sending: (method) => {
        if (method !== 'PATCH' || since < 100_000) return false
        since = 0
        cuts++
        return true
      },
    }
    const reports = [await report(device, '演示：每十万字节断一次'), await report(device, '演示：又一件')]
    const payload = reports.flatMap(({ photos }) => photos).reduce((sum, photo) => sum + photo.size + (photo.preview?.size ?? 0), 0)
    const again = setInterval(() => device.phone.wake(), 100)
    await allSent(device).finally(() => clearInterval(again))
    expect(cuts).toBeGreaterThan(2)
    expect(sent).toBeLessThanOrEqual(1.05 * payload + cuts * piece)
  })

  it('L3: an acknowledgement that was lost makes neither a second case nor a second photograph', async () => {
    const [device, leader] = [await phoneOf('c603'), await phoneOf('l6')]
    device.site.mishap = once('PATCH', () => false)
    const { caseId } = await report(device, '演示：回执丢了')
    await allSent(device)
    await vi.waitFor(async () => expect((await shown(leader, caseId))?.timeline).toHaveLength(1), patience)
    expect((await shown(leader, caseId))?.photos).toHaveLength(1)
  })

  it('R7: out of reach it keeps what was saved, and sends it when the line is back', async () => {
    const device = await phoneOf('c604')
    device.line.become({ off: true })
    device.line.cut()
    await vi.waitFor(() => expect(device.phone.status.value.link).not.toBe('live'), patience)
    const { caseId } = await report(device, '演示：没有信号')
    expect(await summarize(device.store, me(device))).toMatchObject({ records: 1, photos: 1, allSent: false })
    device.line.become({})
    device.phone.wake()
    await allSent(device)
    await vi.waitFor(async () => expect((await shown(device, caseId))?.state).toBe('reported'), patience)
  })

  it('a line that crawls and falls silent in between brings everything all the same', async () => {
    const device = await phoneOf('c605')
    device.line.become({ bytesPerSecond: 400_000, latencyMs: 20 })
    const { photos: [photo] } = await report(device, '演示：信号很差')
    const seen: string[] = []
    device.site.mishap = {
      answered: () => false,
      sending: (method, sent) => {
        if (method === 'PATCH' && sent > 50_000 && seen.length === 0) {
          seen.push('silent')
          device.line.become({ bytesPerSecond: 400_000, silent: true })
          browser.after(300, () => device.line.become({}))
        }
        return false
      },
    }
    await allSent(device)
    expect(seen).toEqual(['silent'])
    expect((await device.site.photo(photo!.hash)).length).toBe(photo!.size)
  })
})

/** Cuts the first request of a method, as its body leaves or when it was answered. */
function once(wanted: string, sending: (sent: number) => boolean): UploadMishap {
  let left = 1
  const spend = (does: boolean) => does && left-- > 0
  return {
    sending: (method, sent) => spend(method === wanted && sending(sent)),
    answered: (method) => spend(method === wanted),
  }
}
