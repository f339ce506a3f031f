import 'fake-indexeddb/auto'
import { effectScope, watch } from 'vue'
import { Fault } from '@shared/fault'
import type { Case } from '@shared/types.gen'
import { addToDraft } from '../db/drafts'
import { makeRoom } from '../db/photos'
import { keepHeld } from '../db/receipts'
import { Centre, Hand, openPage, people } from '../engine/rig'
import { Pictures } from '../engine/pictures'
import { Ledger } from './ledger'
import { makePhotos } from './photos'
import { makeSync } from './sync'

let count = 0
const id = '01900000-0000-7000-8000-000000000001'
const hash = 'ab'.repeat(32)
const photo = { hash, size: 4, type: 'image/jpeg', origin: 'camera' as const, part: 'scene' as const, takenAt: 1 }
const report = { case: id, action: 'report' as const, payload: { category: 'a|matter|1', description: '垃圾' }, seen: 0, taxonomy: 't1' }

async function page() {
  const world = new Hand()
  const centre = new Centre(world)
  const phone = await openPage({ name: `sync ${count++}`, world, centre })
  await phone.start()
  await phone.signIn('c601', 'secret')
  const ledger = new Ledger(phone)
  const asking = { refresh: vi.fn(async () => centre.reachable), away: vi.fn(() => false) }
  const sync = makeSync(phone, ledger, asking)
  await vi.waitFor(() => expect(sync.link.value).toBe('live'))
  return { world, centre, phone, ledger, sync, asking }
}

async function withPhoto(phone: Awaited<ReturnType<typeof page>>['phone']): Promise<void> {
  const file = { hash, kind: 'original' as const, of: hash, type: 'image/jpeg', bytes: new TextEncoder().encode('jpeg').buffer as ArrayBuffer }
  await addToDraft(phone.store, people.first.id, { id: 'draft', at: 1, fields: {} }, [file])
  await phone.save({ ...report, photos: [photo], draft: 'draft' })
}

test('L13: the light is green only when storage was read and record and photo are acknowledged', async () => {
  const { centre, phone, sync } = await page()
  await vi.waitFor(() => expect(sync.allSent.value).toBe(true))
  centre.answering = false
  await withPhoto(phone)
  await vi.waitFor(() => expect([sync.allSent.value, sync.waitingRecords.value, sync.waitingPhotos.value, sync.waitingBytes.value]).toEqual([false, 1, 1, 4]))
  centre.answer()
  await vi.waitFor(() => expect([sync.allSent.value, sync.waitingRecords.value, sync.waitingPhotos.value]).toEqual([false, 0, 1]))
  await keepHeld(phone.store, people.first.id, [hash], [])
  await vi.waitFor(() => expect(sync.allSent.value).toBe(true))
  await phone.signOut()
  expect(sync.allSent.value).toBe(false)
})

test('L13: nothing is green from the moment that a record is saved, before storage was looked at again', async () => {
  const { centre, phone, sync } = await page()
  await vi.waitFor(() => expect(sync.allSent.value).toBe(true))
  centre.answering = false
  const seen: boolean[] = []
  phone.made.watch((made) => {
    if (made !== null) seen.push(sync.allSent.value)
  })
  await withPhoto(phone)
  seen.push(sync.allSent.value)
  expect(seen).toEqual([false, false])
  centre.answer()
  await keepHeld(phone.store, people.first.id, [hash], [])
  await vi.waitFor(() => expect(sync.allSent.value).toBe(true))
})

test('L13: nothing is green any more once storage cannot be read', async () => {
  const { phone, sync } = await page()
  await vi.waitFor(() => expect(sync.allSent.value).toBe(true))
  const where = vi.spyOn(phone.store.db.photos, 'where').mockImplementation(() => {
    throw new Error('unreadable')
  })
  await phone.store.db.replicas.toCollection().modify({ fault: 'x' })
  await vi.waitFor(() => expect(where).toHaveBeenCalled())
  await vi.waitFor(() => expect(sync.allSent.value).toBe(false))
})

test('refreshing asks the centre, and says at once where there is no network', async () => {
  const { world, centre, sync, asking } = await page()
  const before = sync.heardAt.value ?? 0
  world.pass(60_000)
  expect([await sync.refresh(), asking.refresh.mock.calls]).toEqual([true, [[people.first.id]]])
  expect(sync.heardAt.value).toBeGreaterThan(before + 30_000)
  centre.reachable = false
  expect(await sync.refresh()).toBe(false)
  asking.away.mockReturnValue(true)
  expect([await sync.refresh(), asking.refresh.mock.calls.length]).toEqual([false, 2])
})

test('a damaged photo is listed until the person lets it go', async () => {
  const { phone, sync } = await page()
  await withPhoto(phone)
  await vi.waitFor(() => expect(sync.waitingRecords.value).toBe(0))
  await keepHeld(phone.store, people.first.id, [], [hash])
  await vi.waitFor(() => expect(sync.damaged.value).toEqual([{ hash, caseId: id, lost: false, voice: false }]))
  expect(sync.allSent.value).toBe(false)
  await sync.release(hash)
  await vi.waitFor(() => expect([sync.damaged.value, sync.allSent.value]).toEqual([[], true]))
})

test('R44: a photo that the centre lost goes again by itself; nothing calls its case sent meanwhile', async () => {
  const { centre, phone, ledger, sync } = await page()
  await withPhoto(phone)
  await vi.waitFor(() => expect(sync.waitingRecords.value).toBe(0))
  await keepHeld(phone.store, people.first.id, [hash], [])
  await vi.waitFor(() => expect([sync.allSent.value, ledger.find(id)?.travel.kind]).toEqual([true, 'arrived']))
  const lost = (here: string) => ({ ...ledger.find(id)!.case, photos: [{ ...photo, by: { kind: 'person', id: people.first.id }, revision: 1, here }] }) as Case
  centre.say({ t: 'change', seq: ++centre.seq, case: lost('lost') })
  await vi.waitFor(() => expect([sync.allSent.value, ledger.find(id)?.travel]).toEqual([false, { kind: 'photosOnTheWay', left: 1 }]))
  await keepHeld(phone.store, people.first.id, [hash], [])
  centre.say({ t: 'change', seq: ++centre.seq, case: lost('here') })
  await vi.waitFor(() => expect([sync.allSent.value, ledger.find(id)?.travel.kind]).toEqual([true, 'arrived']))
})

test('R44: a photo that the centre lost and this phone let go is never called sent, until it is released; its case never', async () => {
  const { centre, phone, ledger, sync } = await page()
  await withPhoto(phone)
  await vi.waitFor(() => expect(sync.waitingRecords.value).toBe(0))
  await keepHeld(phone.store, people.first.id, [hash], [])
  expect(await makeRoom(phone.store, 1)).toBe(4)
  await vi.waitFor(() => expect(ledger.find(id)?.travel.kind).toBe('arrived'))
  const gone = { ...ledger.find(id)!.case, photos: [{ ...photo, by: { kind: 'person', id: people.first.id }, revision: 1, here: 'lost' }] } as Case
  centre.say({ t: 'change', seq: ++centre.seq, case: gone })
  await vi.waitFor(() => expect([sync.allSent.value, sync.damaged.value]).toEqual([false, [{ hash, caseId: id, lost: true, voice: false }]]))
  await vi.waitFor(() => expect(ledger.find(id)?.travel).toEqual({ kind: 'lost', photos: 1 }))
  await sync.release(hash)
  await vi.waitFor(() => expect([sync.allSent.value, ledger.find(id)?.travel.kind]).toEqual([true, 'lost']))
})

test('L6: a refused record is exported as its exact text with its photographs', async () => {
  const { centre, phone, sync } = await page()
  centre.refuse = () => 'category.unknown'
  await withPhoto(phone)
  await vi.waitFor(() => expect(sync.refused.value).toHaveLength(1))
  const [refused] = sync.refused.value
  const [sent] = [...centre.kept.values()].flat()
  expect(refused).toMatchObject({ caseId: id, action: 'report', fault: 'category.unknown', text: sent })
  const file = JSON.parse(await (await sync.exportRefused(refused?.operation ?? '')).text()) as Record<string, unknown>
  expect(file).toMatchObject({ text: sent, answer: { fault: 'category.unknown' }, photos: [{ hash, base64: btoa('jpeg') }] })
})

test('L9: a small picture is the preview that its phone made, never the original; it is kept for out of reach', async () => {
  const { centre, phone, ledger } = await page()
  const asked: string[] = []
  let reachable = true
  const library = {
    photo: async (wanted: string, size: string) => {
      asked.push(`${wanted.slice(0, 2)} ${size}`)
      if (!reachable) throw new Fault('offline')
      if (wanted.startsWith('99')) throw new Fault('photo.onlyOriginal')
      return new Blob(['theirs'], { type: 'image/jpeg' })
    },
  } as unknown as ConstructorParameters<typeof Pictures>[1]
  const photos = makePhotos(phone, new Pictures(phone.store, library, phone.clock), ledger)
  await withPhoto(phone)
  const scope = effectScope()
  const other = 'ef'.repeat(32)
  const unseen = '99'.repeat(32)
  const [own, theirs, screen, small, large] = scope.run(() => [
    photos.look(hash, 'original'), photos.look(other, 'preview'), photos.look(other, 'screen'), photos.look(unseen, 'preview'), photos.look(unseen, 'screen'),
  ])!
  await vi.waitFor(() => expect(own?.url.value).toMatch(/^blob:/))
  expect([theirs?.url.value, asked]).toEqual([null, []])
  const seen = { ...photo, hash: other, preview: { hash: 'cd'.repeat(32), size: 6 }, here: 'waiting', previewHere: 'here' }
  const c = {
    id, revision: 1, state: 'reported', timeline: [], reporter: { kind: 'person', id: 'x' }, photos: [seen, { ...photo, hash: unseen, here: 'here' }],
  } as unknown as Case
  centre.say({ t: 'change', seq: ++centre.seq, case: c })
  await vi.waitFor(() => expect(theirs?.url.value).toMatch(/^blob:/))
  await vi.waitFor(() => expect(large?.fault.value).toBe('photo.onlyOriginal'))
  expect([screen?.url.value, small?.url.value, small?.fault.value]).toEqual([null, null, ''])
  expect(asked.sort()).toEqual(['99 screen', 'cd preview'])
  reachable = false
  scope.stop()
  const again = effectScope().run(() => photos.look(other, 'preview'))
  await vi.waitFor(() => expect(again?.url.value).toMatch(/^blob:/))
  expect(asked).toHaveLength(2)
})

test('L13: a decision is not called sent between its making and the next look at storage, nor when it becomes an operation', async () => {
  const { world, centre, phone, sync } = await page()
  await vi.waitFor(() => expect(sync.allSent.value).toBe(true))
  await phone.decide({ case: id, action: 'file', payload: {}, seen: 1, taxonomy: 't1' })
  expect(sync.allSent.value).toBe(false)
  await vi.waitFor(() => expect(sync.waitingRecords.value).toBe(1))
  centre.answering = false
  const green: boolean[] = []
  const end = watch(sync.allSent, (sent) => green.push(sent), { flush: 'sync' })
  world.pass(5_000)
  await vi.waitFor(async () => expect(await phone.store.db.operations.count()).toBe(1))
  await vi.waitFor(() => expect(phone.undoable.value).toBe(0))
  expect([green, sync.allSent.value]).toEqual([[], false])
  end()
  centre.answer()
  await vi.waitFor(() => expect(sync.allSent.value).toBe(true))
})
