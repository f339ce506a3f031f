import 'fake-indexeddb/auto'
import { parseBody } from '@shared/body'
import { Fault } from '@shared/fault'
import type { Fix } from '@shared/types.gen'
import { keepDraft, openDraft } from '../db/drafts'
import { openOperation } from '../db/operations'
import { openFile } from '../db/photos'
import type { Developed } from '../device/develop'
import { Centre, Hand, openPage, people } from '../engine/rig'
import type { Phone } from '../engine/phone'
import { makeDraft } from './draft'
import { Ledger } from './ledger'
import { describeRecording } from './recording'

let count = 0
const bytesOf = (text: string) => new TextEncoder().encode(text).buffer as ArrayBuffer
const hex = (text: string) => Buffer.from(text).toString('hex').padEnd(64, '0').slice(0, 64)

/** A photograph is its text; 'broken' cannot be decoded. */
async function develop(file: Blob): Promise<Developed> {
  const text = await file.text()
  if (text === 'broken') throw new Fault('photo.damaged')
  const preview = { hash: hex(`small ${text}`), bytes: bytesOf(`small ${text}`) }
  return { hash: hex(text), type: 'image/jpeg', bytes: bytesOf(text), width: 4, height: 3, preview, exif: { at: 1_600_000_000_000 } }
}

const fix: Fix = { longitude: 113.07, latitude: 27.86, accuracy: 12, at: 1, source: 'device', heading: 90 }

async function page(name = `draft ${count++}`, world = new Hand(), centre = new Centre(world)) {
  const phone = await openPage({ name, world, centre })
  await phone.start()
  if (phone.person.value === null) await phone.signIn('c601', 'secret')
  const ledger = new Ledger(phone)
  await vi.waitFor(() => expect(ledger.ready.value).toBe(true))
  const draft = makeDraft({ phone, world, ledger, develop, fix: () => fix, taxonomy: () => 't1' })
  return { name, world, centre, phone, ledger, draft }
}

async function bodies(phone: Phone) {
  const rows = await phone.store.db.operations.toArray()
  return Promise.all(rows.map(async (row) => parseBody(await openOperation(phone.store, row))))
}

const photo = (text: string) => new Blob([text])

test('a report becomes one operation with its photos, place and words', async () => {
  const { phone, draft } = await page()
  await draft.begin('report')
  await draft.addPhoto(photo('one'), 'camera', 'scene', 1000, { heading: 271 })
  await draft.addPhoto(photo('two'), 'gallery', 'scene', 2000)
  draft.change({ category: 'a|matter|1', description: '垃圾' })
  const saved = await draft.save()
  expect(saved.short).toMatch(/^[0-9A-Z]{5}-1$/)
  expect(draft.draft.value).toBeNull()
  const [body] = await bodies(phone)
  expect(body).toMatchObject({ action: 'report', case: saved.caseId, payload: { category: 'a|matter|1', description: '垃圾' }, place: fix, taxonomy: 't1', seen: 0 })
  expect(body?.photos).toEqual([
    { hash: hex('one'), size: 3, type: 'image/jpeg', width: 4, height: 3, preview: { hash: hex('small one'), size: 9 }, origin: 'camera', part: 'scene', takenAt: 1000, fix, heading: 271, exif: { at: 1_600_000_000_000 } },
    { hash: hex('two'), size: 3, type: 'image/jpeg', width: 4, height: 3, preview: { hash: hex('small two'), size: 9 }, origin: 'gallery', part: 'scene', takenAt: 1_600_000_000_000, exif: { at: 1_600_000_000_000 } },
  ])
  expect((await phone.store.db.photos.toArray()).every((row) => row.stage !== 'draft')).toBe(true)
})

test.each(['verifyReal', 'verifyFalse', 'recheckPass', 'recheckFail', 'handle', 'confirm'] as const)('what is seen on the spot becomes %s of that case', async (kind) => {
  const { phone, draft, ledger } = await page()
  await draft.begin('report')
  await draft.addPhoto(photo('first'), 'camera')
  draft.change({ category: 'a|matter|1' })
  const { caseId } = await draft.save()
  await vi.waitFor(() => expect(ledger.find(caseId)).toBeDefined())
  // Whether it is there is settled when it is saved: until then it is a draft of the look.
  await draft.begin(kind === 'verifyFalse' ? 'verifyReal' : kind === 'recheckFail' ? 'recheckPass' : kind, caseId)
  await draft.addPhoto(photo('now'), 'camera', kind === 'handle' ? 'after' : 'scene')
  draft.change({ words: '看过了' })
  // A unit's step is none of a collector's: it is said, and the draft stays.
  if (kind === 'handle') {
    await expect(draft.save()).rejects.toMatchObject({ code: 'operation.notPermitted' })
    return expect(draft.draft.value).toMatchObject({ kind, words: '看过了' })
  }
  expect((await draft.save({ kind })).caseId).toBe(caseId)
  expect((await bodies(phone)).at(-1)).toMatchObject({ action: kind, case: caseId, payload: { words: '看过了' }, photos: [{ hash: hex('now') }] })
  expect(draft.draft.value).toBeNull()
})

test('L1: what was photographed on the spot survives a killed page, and is saved with the answer given then', async () => {
  const { name, world, centre, draft } = await page()
  const { id } = await draft.begin('verifyReal', '01990000-0000-7000-8000-00000000000c')
  await draft.addPhoto(photo('now'), 'camera')
  const again = await page(name, world, centre)
  await vi.waitFor(() => expect(again.draft.left.value).toHaveLength(1))
  await again.draft.open(id)
  await again.draft.save({ kind: 'verifyFalse' })
  expect(await bodies(again.phone)).toMatchObject([{ action: 'verifyFalse', case: '01990000-0000-7000-8000-00000000000c', photos: [{ hash: hex('now') }] }])
})

test.each(['confirm', 'attach'] as const)('ask 19: a report that turns out to be there already becomes evidence of that case (%s), with its photos and what was typed', async (kind) => {
  const { phone, draft, ledger } = await page()
  await draft.begin('report')
  await draft.addPhoto(photo('first'), 'camera')
  draft.change({ category: 'a|matter|1' })
  const { caseId } = await draft.save()
  await vi.waitFor(() => expect(ledger.find(caseId)).toBeDefined())
  await draft.begin('report')
  await draft.addPhoto(photo('again'), 'camera')
  draft.change({ category: 'a|matter|1', description: '还在' })
  expect((await draft.save({ kind, caseId })).caseId).toBe(caseId)
  const [, body] = await bodies(phone)
  expect(body).toMatchObject({ action: kind, case: caseId, payload: { words: '还在' }, photos: [{ hash: hex('again') }] })
  expect(body?.payload).toEqual({ words: '还在' })
  await vi.waitFor(() => expect(ledger.find(caseId)?.case.photos).toHaveLength(2))
  expect(ledger.views.value).toHaveLength(1)
  expect([draft.draft.value, draft.left.value]).toEqual([null, []])
})

test('L1: typed words are in storage 300 ms later, a photo when it is shown; a killed page gives both back', async () => {
  const { name, world, centre, draft, phone } = await page()
  const { id } = await draft.begin('report')
  await draft.addPhoto(photo('one'), 'camera')
  draft.change({ description: '写到一半' })
  world.pass(300)
  await vi.waitFor(async () => expect(await openDraft(phone.store, people.first.id, id)).toMatchObject({ fields: { description: '写到一半' } }))
  const again = await page(name, world, centre)
  await vi.waitFor(() => expect(again.draft.left.value).toHaveLength(1))
  await again.draft.open(id)
  expect(again.draft.draft.value).toMatchObject({ id, description: '写到一半', photos: [{ hash: hex('one') }] })
  expect(again.draft.draft.value?.photos[0]?.preview).toMatch(/^blob:/)
  expect(again.draft.left.value).toEqual([])
})

test('L1: who types without a pause is stored as often as who stops to think', async () => {
  const { world, draft, phone } = await page()
  const { id } = await draft.begin('report')
  const stored = async () => (await openDraft<{ description: string }>(phone.store, people.first.id, id))?.fields.description ?? ''
  for (let typed = 1; typed <= 20; typed++) {
    draft.change({ description: '字'.repeat(typed) })
    world.pass(100)
    if (typed > 5) await vi.waitFor(async () => expect((await stored()).length).toBeGreaterThanOrEqual(typed - 4)) // 500 ms ago
  }
})

test('L1: leaving the page stores what was typed at once', async () => {
  const { name, world, centre, draft } = await page()
  const { id } = await draft.begin('report')
  draft.change({ description: '半句' })
  await draft.flush()
  const again = await page(name, world, centre)
  await again.draft.open(id)
  expect(again.draft.draft.value?.description).toBe('半句')
})

test('L7: what is stored is the very file, and its preview beside it', async () => {
  const { phone, draft } = await page()
  await draft.begin('report')
  await draft.addPhoto(photo('the bytes of one'), 'camera')
  const stored = async (text: string) => Buffer.from((await openFile(phone.store, people.first.id, hex(text)))?.bytes ?? new ArrayBuffer(0)).toString()
  expect([await stored('the bytes of one'), await stored('small the bytes of one')]).toEqual(['the bytes of one', 'small the bytes of one'])
  draft.change({ category: 'a|matter|1', description: '垃圾' })
  await draft.save()
  expect(await stored('the bytes of one')).toBe('the bytes of one')
})

test('L12: a photo that cannot be used leaves the draft as it was', async () => {
  const { draft } = await page()
  await draft.begin('report')
  await draft.addPhoto(photo('one'), 'camera')
  const before = draft.draft.value
  await expect(draft.addPhoto(photo('broken'), 'gallery')).rejects.toMatchObject({ code: 'photo.damaged' })
  expect(draft.draft.value).toEqual(before)
})

test('L12: storage full while a photo is stored leaves the draft as it was', async () => {
  const { draft, phone } = await page()
  await draft.begin('report')
  await draft.addPhoto(photo('one'), 'camera')
  const before = draft.draft.value
  const put = vi.spyOn(IDBObjectStore.prototype, 'put').mockImplementation(() => {
    throw new DOMException('full', 'QuotaExceededError')
  })
  await expect(draft.addPhoto(photo('two'), 'camera')).rejects.toMatchObject({ code: 'storage.full' })
  put.mockRestore()
  expect(draft.draft.value).toEqual(before)
  expect(await phone.store.db.bytes.count()).toBe(2)
})

test('L3: two taps on save are one case', async () => {
  const { phone, draft } = await page()
  await draft.begin('report')
  draft.change({ category: 'a|matter|1', description: '垃圾' })
  const [one, two] = await Promise.all([draft.save(), draft.save()])
  expect(one).toEqual(two)
  expect(await phone.store.db.operations.count()).toBe(1)
})

test('what the workflow would refuse is said at once, and the draft stays', async () => {
  const { phone, draft } = await page()
  await draft.begin('report')
  draft.change({ description: '垃圾' })
  await expect(draft.save()).rejects.toMatchObject({ code: 'operation.needs.category' })
  draft.change({ category: 'a|matter|1', description: '字'.repeat(2001) })
  await expect(draft.save()).rejects.toMatchObject({ code: 'operation.malformed' })
  expect(draft.draft.value?.description).toHaveLength(2001)
  expect(await phone.store.db.operations.count()).toBe(0)
})

test('a removed photo and a discarded draft leave nothing behind, unless another draft holds it', async () => {
  const { phone, draft } = await page()
  await draft.begin('report')
  await draft.addPhoto(photo('one'), 'camera')
  await draft.addPhoto(photo('two'), 'camera')
  await draft.removePhoto(hex('one'))
  expect(await phone.store.db.bytes.count()).toBe(2)
  await draft.begin('report')
  expect(draft.left.value).toHaveLength(1)
  await draft.addPhoto(photo('two'), 'camera')
  await draft.discard()
  expect(await phone.store.db.bytes.count()).toBe(2)
  await draft.open(draft.left.value[0]?.id ?? '')
  await draft.discard()
  expect(await phone.store.db.bytes.count()).toBe(0)
  expect(await phone.store.db.drafts.count()).toBe(0)
})

test('a photo that is taken again stands in the old one\'s place, and the old one stays until the new one is stored', async () => {
  const { phone, draft } = await page()
  await draft.begin('selfHandle')
  for (const text of ['one', 'two', 'three']) await draft.addPhoto(photo(text), 'camera', 'before')
  await expect(draft.addPhoto(photo('broken'), 'camera', 'before', 5, { replaces: hex('two') })).rejects.toMatchObject({ code: 'photo.damaged' })
  expect(draft.draft.value?.photos.map((one) => one.hash)).toEqual([hex('one'), hex('two'), hex('three')])
  await draft.addPhoto(photo('again'), 'camera', 'before', 5, { replaces: hex('two') })
  expect(draft.draft.value?.photos.map((one) => one.hash)).toEqual([hex('one'), hex('again'), hex('three')])
  const { id } = draft.draft.value!
  expect((await openDraft<{ photos: { hash: string }[] }>(phone.store, people.first.id, id))?.fields.photos.map((one) => one.hash)).toEqual([hex('one'), hex('again'), hex('three')])
  expect(await openFile(phone.store, people.first.id, hex('two'))).toBeNull()
  expect(await phone.store.db.bytes.count()).toBe(6)
})

test('taken again to the very same bytes it is still there, and one whose place is gone comes last', async () => {
  const { draft } = await page()
  await draft.begin('report')
  for (const text of ['one', 'two']) await draft.addPhoto(photo(text), 'camera')
  await draft.addPhoto(photo('one'), 'camera', 'scene', 5, { replaces: hex('one') })
  await draft.addPhoto(photo('three'), 'camera', 'scene', 5, { replaces: hex('nowhere') })
  expect(draft.draft.value?.photos.map((one) => one.hash)).toEqual([hex('one'), hex('two'), hex('three')])
})

test('a photo tells where it was when the shutter fell, not when it was developed', async () => {
  const { phone, world } = await page()
  const ledger = new Ledger(phone)
  let where: Fix = { ...fix, at: 1 }
  let finish: () => void = () => undefined
  const slow = async (file: Blob) => {
    await new Promise<void>((done) => (finish = done))
    return develop(file)
  }
  const draft = makeDraft({ phone, world, ledger, develop: slow, fix: () => where, taxonomy: () => 't1' })
  await draft.begin('report')
  const adding = draft.addPhoto(photo('one'), 'camera')
  where = { ...fix, at: 99 }
  finish()
  await adding
  draft.change({ category: 'a|matter|1', description: '垃圾' })
  await draft.save()
  expect((await bodies(phone))[0]?.photos?.[0]?.fix?.at).toBe(1)
})

test('a moved photo stays where it was put', async () => {
  const { draft } = await page()
  await draft.begin('report')
  for (const text of ['one', 'two', 'three']) await draft.addPhoto(photo(text), 'camera')
  await draft.movePhoto(hex('three'), 0)
  expect(draft.draft.value?.photos.map((one) => one.hash)).toEqual([hex('three'), hex('one'), hex('two')])
})

test('L6: a refused report opens again with all that it held, and its correction names it', async () => {
  const { centre, phone, ledger, draft } = await page()
  centre.refuse = (text) => (text.includes('a|matter|1') ? 'category.unknown' : '')
  await draft.begin('report')
  await draft.addPhoto(photo('one'), 'camera')
  draft.change({ category: 'a|matter|1', description: '垃圾' })
  const first = await draft.save()
  await vi.waitFor(() => expect(ledger.refused.value).toHaveLength(1))
  expect(ledger.find(first.caseId)?.travel).toMatchObject({ kind: 'refused', fault: 'category.unknown' })
  const { row } = ledger.refused.value[0]!
  const again = await draft.correct(`${row.replica}/${row.counter}`)
  expect(again).toMatchObject({ kind: 'report', description: '垃圾', photos: [{ hash: hex('one') }], corrects: `${row.replica}/1` })
  draft.change({ category: 'a|matter|2' })
  const second = await draft.save()
  expect(second.caseId).toBe(first.caseId)
  const [, corrected] = await bodies(phone)
  expect(corrected).toMatchObject({ corrects: { replica: row.replica, counter: 1, hash: row.hash }, photos: [{ hash: hex('one') }] })
  await vi.waitFor(() => expect(ledger.refused.value).toEqual([]))
  await vi.waitFor(async () => expect((await phone.store.db.photos.get([phone.person.value!.id, hex('one')]))?.stage).toBe('named'))
})

test('L10: the next person sees no draft of the first', async () => {
  const { phone, draft } = await page()
  const { id } = await draft.begin('report')
  draft.change({ description: '我的' })
  await draft.flush()
  await phone.signOut()
  expect(draft.draft.value).toBeNull()
  await phone.signIn('c501', 'secret')
  expect(draft.left.value).toEqual([])
  await expect(draft.open(id)).rejects.toMatchObject({ code: 'request.notFound' })
})

test('L10: the next person cannot correct what the first was refused', async () => {
  const { centre, phone, ledger, draft } = await page()
  centre.refuse = () => 'category.unknown'
  await draft.begin('report')
  await draft.addPhoto(photo('one'), 'camera')
  draft.change({ category: 'a|matter|1', description: '我的' })
  await draft.save()
  await vi.waitFor(() => expect(ledger.refused.value).toHaveLength(1))
  const { row } = ledger.refused.value[0]!
  await phone.signOut()
  await phone.signIn('c501', 'secret')
  await expect(draft.correct(`${row.replica}/${row.counter}`)).rejects.toMatchObject({ code: 'request.notFound' })
  expect([draft.draft.value, draft.left.value]).toEqual([null, []])
})

test('L1: it is not settled while a photo is developed or what was typed is not stored: the page may not go then', async () => {
  const { world, draft } = await page()
  await draft.begin('report')
  expect(draft.settled()).toBe(true)
  const adding = draft.addPhoto(photo('one'), 'camera')
  expect(draft.settled()).toBe(false)
  await adding
  expect(draft.settled()).toBe(true)
  await expect(draft.addPhoto(photo('broken'), 'camera')).rejects.toThrow()
  expect(draft.settled()).toBe(true)
  draft.change({ description: '垃圾' })
  expect(draft.settled()).toBe(false)
  world.pass(300)
  await vi.waitFor(() => expect(draft.settled()).toBe(true))
})

const said = (text: string, duration = 3200) => describeRecording({ sound: new Blob([text], { type: 'audio/webm;codecs=opus' }), duration, takenAt: 5000 })

test('L1: a voice note is in storage when it is shown, sealed; a killed page gives it back, and it is saved with the report', async () => {
  const { name, world, centre, draft } = await page()
  const { id } = await draft.begin('report')
  await draft.addPhoto(photo('one'), 'camera')
  await draft.addVoice(await said('路口有一堆垃圾'))
  await draft.addVoice(await said('第二段', 90_000))
  const again = await page(name, world, centre)
  await vi.waitFor(() => expect(again.draft.left.value).toHaveLength(1))
  await again.draft.open(id)
  const [first, second] = again.draft.draft.value?.voices ?? []
  expect([first?.duration, second?.duration, first?.type]).toEqual([3200, 60_000, 'audio/webm'])
  const { bytes } = (await openFile(again.phone.store, people.first.id, first?.hash ?? ''))!
  expect(new TextDecoder().decode(bytes)).toBe('路口有一堆垃圾')
  const row = await again.phone.store.db.bytes.get([people.first.id, first?.hash ?? ''])
  expect(Buffer.from(row!.sealed.data).includes(Buffer.from('垃圾'))).toBe(false)
  await again.draft.removeVoice(second?.hash ?? '')
  expect(await again.phone.store.db.photos.get([people.first.id, second?.hash ?? ''])).toBeUndefined()
  again.draft.change({ category: 'a|matter|1' })
  await again.draft.save()
  const [body] = await bodies(again.phone)
  expect(body?.voices).toEqual([{ hash: first?.hash, size: 21, type: 'audio/webm', duration: 3200, takenAt: 5000 }])
  expect(await again.phone.store.db.photos.get([people.first.id, first?.hash ?? ''])).toMatchObject({ kind: 'voice', drafts: [], caseId: id })
})

test('a voice note stands for a description; an empty or endless one is refused and the draft is as before', async () => {
  const { draft, phone } = await page()
  await draft.begin('report')
  await expect(said('')).rejects.toMatchObject({ code: 'voice.damaged' })
  await expect(said('x'.repeat(2 * 1024 * 1024 + 1))).rejects.toMatchObject({ code: 'voice.tooLarge' })
  expect(draft.draft.value?.voices).toEqual([])
  draft.change({ category: 'a|matter|1' })
  await expect(draft.save()).rejects.toMatchObject({ code: 'operation.needs.photoOrWords' })
  await draft.addVoice(await said('听我说'))
  await draft.save()
  expect((await bodies(phone))[0]?.voices).toHaveLength(1)
})

test('a draft of a version that knew no voice notes is gone on with', async () => {
  const { draft, phone } = await page()
  const old = { kind: 'report', caseId: '', photos: [], category: '', description: '写到一半', address: '', pin: '', words: '', startedAt: 1 }
  await keepDraft(phone.store, people.first.id, { id: 'old', at: 1, fields: old })
  await draft.open('old')
  expect(draft.draft.value).toMatchObject({ description: '写到一半', voices: [] })
  await draft.addVoice(await said('接着说'))
  expect(draft.draft.value?.voices).toHaveLength(1)
})
