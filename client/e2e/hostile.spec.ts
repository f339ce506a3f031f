// Files that no camera made, through the phone: each is taken or refused in the right words, in bounded memory and time, and
// the photos beside it stay. What becomes of each stands in server/photo/testdata/files.json, which the server's tests read too.
import { closeSync, ftruncateSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { App } from './pages/app'
import { Report } from './pages/report'
import { manyScans, zeroPng } from './stand/bombs'
import { photo } from './stand/camera'
import { Phone } from './stand/phone'
import { pictureFailures } from './stand/picture'
import { root } from './stand/program'
import { Server } from './stand/server'
import { hashOf, servedHash } from './stand/traffic'

const password = 'buxun-demo-2026'
const folder = path.join(root, 'server/photo/testdata')

interface Fate {
  readonly file: string
  readonly phone: 'preview' | 'unseen' | 'photo.damaged'
}
const fates = (JSON.parse(readFileSync(path.join(folder, 'files.json'), 'utf8')) as { files: Fate[] }).files
const good = fates.filter((one) => one.phone !== 'photo.damaged')
const bad = fates.filter((one) => one.phone === 'photo.damaged')

/** What a page with its worker may hold at most, and how long one file may take that is no bomb. */
const mostMemory = 900 * 1024 * 1024
const mostTime = 15_000

describe('hostile files on the phone', () => {
  const server = new Server()
  const made = mkdtempSync(path.join(tmpdir(), 'buxun-hostile-'))
  let phone: Phone
  let report: Report
  pictureFailures(() => ({ phone }))

  beforeAll(async () => {
    await server.start()
    phone = new Phone({ origin: server.origin })
    await phone.start()
    phone.page.on('pageerror', (error) => broken.push(String(error)))
    phone.page.on('crash', () => broken.push('the page crashed'))
    await new App(phone.page).signIn('c601', password)
    await new App(phone.page).light('全部已到中心').waitFor({ timeout: 60_000 })
    report = new Report(phone.page)
    await report.open()
  })

  afterAll(async () => {
    await phone?.remove()
    await server.remove()
    rmSync(made, { recursive: true, force: true })
  })

  const broken: string[] = []
  let kept = 0

  function write(name: string, bytes: Buffer): string {
    const file = path.join(made, name)
    writeFileSync(file, bytes)
    return file
  }

  const alert = (words: string) => phone.page.getByRole('alert').filter({ hasText: words })

  /** Gives the phone a file of its gallery; resolves when it is among the photos, or refused in these words. */
  async function give(file: string | { name: string; mimeType: string; buffer: Buffer }, refused = ''): Promise<void> {
    const began = Date.now()
    await phone.page.getByLabel('相册').setInputFiles(file)
    if (refused === '') {
      await report.thumbnails().nth(kept).waitFor({ timeout: 60_000 })
      expect(await phone.page.getByRole('alert').count()).toBe(0)
      kept += 1
    } else {
      await alert(refused).first().waitFor({ timeout: 60_000 })
    }
    expect(await report.thumbnails().count()).toBe(kept)
    expect(Date.now() - began).toBeLessThan(mostTime)
    expect(phone.memory.most()).toBeLessThan(mostMemory)
  }

  const last = () => report.thumbnails().nth(kept - 1)

  it('L12: every file of the table is taken or refused as it says; what is kept unseen is shown by its name', async () => {
    for (let i = 0; i < Math.max(good.length, bad.length); i++) {
      // A good one in between takes the words about the last bad one away.
      const [take, refuse] = [good[i], bad[i]]
      if (take) {
        await give(path.join(folder, take.file))
        if (take.phone === 'preview') await last().locator('img').waitFor()
        else await last().getByText('HEIC').waitFor()
      } else await give(write(`between-${i}.jpg`, between(i)))
      if (refuse) await give(path.join(folder, refuse.file), '这张照片打不开')
    }
    expect(broken).toEqual([])
  })

  it('names and types that lie change nothing; other kinds of files and cut ones are refused', async () => {
    const bytes = readFileSync(photo('street-gps.jpg'))
    await give({ name: 'notes.txt', mimeType: 'text/plain', buffer: bytes })
    await give({ name: 'page.html', mimeType: 'text/html', buffer: readFileSync(photo('street-car-gps.jpg')) })
    const others: Record<string, Buffer> = {
      'film.jpg': Buffer.from('\0\0\0\x20ftypisom\0\0\x02\0isomiso2avc1mp41\0\0\0\x08free\0\0\0\x08mdat', 'latin1'),
      'paper.jpg': Buffer.from('%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF'),
      'page.jpg': Buffer.from('\xff\xd8\xff<html><script>alert(1)</script></html>', 'latin1'),
    }
    for (let eighth = 1; eighth < 8; eighth++) others[`cut-${eighth}.jpg`] = bytes.subarray(0, Math.floor((bytes.length * eighth) / 8))
    for (const [name, buffer] of Object.entries(others)) {
      await give({ name, mimeType: 'image/jpeg', buffer }, '这张照片打不开')
      await give(write(`between-${name}`, between(1000 + kept)))
    }
  })

  it('a film of two gigabytes is refused before it is read', async () => {
    const file = path.join(made, 'film.mp4')
    const handle = openSync(file, 'w')
    ftruncateSync(handle, 2 * 1024 ** 3)
    closeSync(handle)
    phone.memory.forget()
    await give(file, '照片太大')
  })

  it('bombs: the large ones are refused or kept without being decoded, and a decoder that comes to no end is ended', async () => {
    await give(write('between-bombs.jpg', between(2000)))
    phone.memory.forget()
    await give(write('2500-megapixels.png', await zeroPng(50_000)), '这张照片打不开')
    await give(write('196-megapixels.png', await zeroPng(14_000)))
    await last().getByText('PNG').waitFor()
    await give(write('60-megapixels.png', await zeroPng(7_700)))
    await last().locator('img').waitFor()
    const began = Date.now()
    await phone.page.getByLabel('相册').setInputFiles(write('many-scans.jpg', manyScans(7_900, 60_000)))
    await report.thumbnails().nth(kept).waitFor({ timeout: 60_000 })
    kept += 1
    await last().getByText('JPEG').waitFor()
    expect(Date.now() - began).toBeLessThan(40_000)
    expect(phone.memory.most()).toBeLessThan(mostMemory)
    expect(broken).toEqual([])
  }, 180_000)

  it('L7: all that was taken arrives as the bytes that it was, and the light is green', async () => {
    const short = await report.save('暴露垃圾', '什么文件都试过的一件')
    expect(short).toMatch(/\d/)
    await new App(phone.page).light('全部已到中心').waitFor({ timeout: 90_000 })
    for (const { file } of good) {
      const hash = hashOf(path.join(folder, file))
      expect([file, await servedHash(phone.browser, server.origin, hash)]).toEqual([file, hash])
    }
    expect(broken).toEqual([])
  }, 240_000)
})

/** A whole JPEG that differs with n: a comment behind its first mark. */
function between(n: number): Buffer {
  const bytes = readFileSync(path.join(folder, 'good-orientation-6.jpg'))
  const words = Buffer.from(`no. ${n}`)
  return Buffer.concat([bytes.subarray(0, 2), Buffer.of(0xff, 0xfe, 0, words.length + 2), words, bytes.subarray(2)])
}
