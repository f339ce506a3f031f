import 'fake-indexeddb/auto'
import { parseBody } from '@shared/body'
import { Fault } from '@shared/fault'
import { addToDraft } from '../db/drafts'
import { summarize } from '../db/summary'
import { Centre, Hand, LockTable, openPage, Pages, people } from './rig'
import type { Intent } from './phone'
import { hashOf } from './operation'

let count = 0
const fresh = () => `phone ${count++}`
const report = (id: string, description = '路边有垃圾'): Intent => ({
  case: id, action: 'report', payload: { category: 'a|matter|1', description }, seen: 0, taxonomy: 't1',
})
const newCase = (n: number) => `01900000-0000-7000-8000-00000000000${n}`

async function signedIn(parts: Partial<Parameters<typeof openPage>[0]> = {}) {
  const world = new Hand()
  const centre = new Centre(world)
  const phone = await openPage({ name: fresh(), world, centre, ...parts })
  await phone.start()
  await phone.signIn('c601', 'secret')
  await vi.waitFor(() => expect(phone.status.value.link).toBe('live'))
  return { world, centre, phone }
}

const texts = (centre: Centre) => [...centre.kept.values()].flat()
const allSent = async (phone: Awaited<ReturnType<typeof openPage>>) => (await summarize(phone.store, people.first.id)).allSent

test('a saved operation goes to the server and is acknowledged', async () => {
  const { centre, phone } = await signedIn()
  const saved = await phone.save(report(newCase(1)))
  expect(saved.counter).toBe(1)
  await vi.waitFor(async () => expect(await allSent(phone)).toBe(true))
  const [text = ''] = texts(centre)
  expect(parseBody(text)).toMatchObject({ author: { kind: 'person', id: 'person-1' }, counter: 1, case: newCase(1), time: { fresh: true } })
})

test('L1: what was saved out of reach waits in storage, and goes from a page that was started anew', async () => {
  const name = fresh()
  const { world, centre, phone } = await signedIn({ name })
  centre.reachable = false
  centre.cut()
  await phone.save(report(newCase(1)))
  await phone.save(report(newCase(2)))
  expect(texts(centre)).toEqual([])
  const again = await openPage({ name, world, centre })
  centre.reachable = true
  await again.start()
  expect(again.person.value).toMatchObject({ login: 'c601' })
  await vi.waitFor(async () => expect(await allSent(again)).toBe(true))
  expect(texts(centre).map((text) => parseBody(text).counter)).toEqual([1, 2])
})

test('L3: an operation whose acknowledgement was lost is pushed again as the very same text, or not at all', async () => {
  const { world, centre, phone } = await signedIn()
  centre.answering = false
  await phone.save(report(newCase(1)))
  await vi.waitFor(() => expect(texts(centre)).toHaveLength(1))
  const [first] = texts(centre)
  expect(await allSent(phone)).toBe(false)
  centre.cut()
  centre.answering = true
  world.pass(60_000)
  await vi.waitFor(async () => expect(await allSent(phone)).toBe(true))
  expect(texts(centre)).toEqual([first])
})

test('L6, R23: a refused operation is kept and does not block the next', async () => {
  const { centre, phone } = await signedIn()
  centre.refuse = (text) => (text.includes('不行') ? 'category.unknown' : '')
  await phone.save(report(newCase(1), '不行'))
  await phone.save(report(newCase(2)))
  await vi.waitFor(async () => expect((await summarize(phone.store, 'person-1')).records).toBe(0))
  const rows = await phone.store.db.operations.toArray()
  expect(rows.map((row) => [row.counter, row.state, row.answer?.fault])).toEqual([[1, 'refused', 'category.unknown'], [2, 'applied', undefined]])
})

test('L3, R21: after a fork everything unacknowledged is made again on a new replica, once, with was', async () => {
  const { centre, phone } = await signedIn()
  await phone.save(report(newCase(1)))
  await vi.waitFor(async () => expect(await allSent(phone)).toBe(true))
  centre.fork = true
  const second = await phone.save(report(newCase(2)))
  const text = (await phone.store.db.operations.get([second.chain.replica, 2]))?.hash
  await vi.waitFor(async () => expect(await allSent(phone)).toBe(true))
  const replicas = await phone.store.db.replicas.toArray()
  expect(replicas).toHaveLength(2)
  const successor = replicas.find((row) => row.predecessor !== '')
  const [again = ''] = centre.kept.get(successor?.id ?? '') ?? []
  expect(parseBody(again)).toMatchObject({ replica: successor?.id, counter: 1, case: newCase(2), was: { replica: second.chain.replica, counter: 2, hash: text } })
  const third = await phone.save(report(newCase(3)))
  expect(third.chain.replica).toBe(successor?.id)
})

test('L6: an expired session keeps the app usable and the records; signed in again they go', async () => {
  const { world, centre, phone } = await signedIn()
  centre.session = null
  centre.cut()
  await phone.save(report(newCase(1)))
  world.pass(60_000)
  await vi.waitFor(() => expect(phone.expired.value).toBe(true))
  expect(phone.person.value).not.toBeNull()
  expect(await allSent(phone)).toBe(false)
  await phone.signIn('c601', 'secret')
  expect(phone.expired.value).toBe(false)
  await vi.waitFor(async () => expect(await allSent(phone)).toBe(true))
})

test('L10: the next person sees nothing of the first, whose unsent records go as the first one\'s (L13)', async () => {
  const { centre, phone } = await signedIn()
  centre.reachable = false
  centre.cut()
  await phone.save(report(newCase(1), '换班前'))
  await phone.signOut()
  expect(phone.person.value).toBeNull()
  centre.reachable = true
  centre.answering = false
  await phone.signIn('c501', 'secret')
  await vi.waitFor(() => expect(texts(centre)).toHaveLength(1))
  const mine = await summarize(phone.store, people.second.id)
  expect(mine).toMatchObject({ records: 0, photos: 0, allSent: true, others: { people: 1, records: 1 } })
  expect(parseBody(texts(centre)[0] ?? '')).toMatchObject({ author: { id: 'person-1' } })
  const [row] = await phone.store.db.operations.toArray()
  await expect(phone.store.seal.openText(people.second.id, 'delivery', `operation ${row?.replica} 1`, row!.sealed)).rejects.toThrow()
  await expect(phone.store.seal.openText(people.second.id, 'own', `operation ${row?.replica} 1`, row!.sealed)).rejects.toThrow()
  centre.answer()
  await vi.waitFor(async () => expect((await summarize(phone.store, people.second.id)).others.records).toBe(0))
})

test('L10: another person\'s session never feeds this one\'s storage', async () => {
  const { world, centre, phone } = await signedIn()
  const before = centre.hellos.length
  centre.session = people.second
  centre.cut()
  world.pass(120_000)
  await vi.waitFor(() => expect(phone.expired.value).toBe(true))
  expect(centre.hellos).toHaveLength(before)
})

test('R43: a save in a second page is pushed by the page that syncs', async () => {
  const name = fresh()
  const world = new Hand()
  const centre = new Centre(world)
  const [locks, pages] = [new LockTable(), new Pages()]
  const one = await openPage({ name, world, centre, locks, pages })
  await one.start()
  await one.signIn('c601', 'secret')
  await vi.waitFor(() => expect(one.status.value.link).toBe('live'))
  const two = await openPage({ name, world, centre, locks, pages })
  await two.start()
  await two.save(report(newCase(1)))
  await vi.waitFor(() => expect(texts(centre)).toHaveLength(1))
  expect(centre.hellos).toHaveLength(1)
})

test('storage full while keeping an answer ends the conversation; nothing is lost and it is kept later', async () => {
  const { world, centre, phone } = await signedIn()
  const put = vi.spyOn(IDBObjectStore.prototype, 'put')
  centre.answering = false
  await phone.save(report(newCase(1)))
  await vi.waitFor(() => expect(texts(centre)).toHaveLength(1))
  put.mockImplementation(() => {
    throw new DOMException('full', 'QuotaExceededError')
  })
  centre.answer()
  await vi.waitFor(() => expect(phone.fault.value).toBe('storage.full'))
  put.mockRestore()
  expect(await allSent(phone)).toBe(false)
  world.pass(60_000)
  await vi.waitFor(async () => expect(await allSent(phone)).toBe(true))
  expect(phone.fault.value).toBeNull()
})

test('the hash is of the exact text that is sent', async () => {
  const { centre, phone } = await signedIn()
  await phone.save(report(newCase(1), '<&> 😀 \ud83d'))
  await vi.waitFor(async () => expect(await allSent(phone)).toBe(true))
  const [row] = await phone.store.db.operations.toArray()
  expect(hashOf(texts(centre)[0] ?? '')).toBe(row?.hash)
  expect(texts(centre)[0]).toContain('<&> 😀 \ufffd')
})

test('signing out does not wait for the server; a sign-in waits until the old session\'s end cannot end the new one', async () => {
  const { centre, phone } = await signedIn()
  let end: () => void = () => undefined
  const asked = vi.spyOn(centre.account, 'signOut').mockImplementation(() => new Promise((resolve) => (end = resolve)))
  const enter = vi.spyOn(centre.account, 'signIn')
  await phone.signOut()
  expect(phone.person.value).toBeNull()
  expect(asked).toHaveBeenCalledOnce()
  const signing = phone.signIn('c501', 'secret')
  await Promise.resolve()
  expect(enter).not.toHaveBeenCalled()
  end()
  await signing
  expect(phone.person.value).toMatchObject({ login: 'c501' })
})

test('a session that could not be ended is ended at the next start, while nobody is signed in', async () => {
  const name = fresh()
  const { world, centre, phone } = await signedIn({ name })
  centre.reachable = false
  await phone.signOut()
  centre.reachable = true
  expect(centre.session).not.toBeNull()
  const again = await openPage({ name, world, centre })
  await again.start()
  await vi.waitFor(() => expect(centre.session).toBeNull())
})

const hash = 'ab'.repeat(32)
const photo = { hash, size: 4, type: 'image/jpeg', origin: 'camera' as const, part: 'scene' as const, takenAt: 1 }

/** A draft with one photograph, its preview included. */
async function photographed(phone: Awaited<ReturnType<typeof openPage>>, draft = 'draft') {
  const bytes = new TextEncoder().encode('jpeg').buffer as ArrayBuffer
  const file = { kind: 'original' as const, hash, of: hash, type: 'image/jpeg', bytes }
  await addToDraft(phone.store, people.first.id, { id: draft, at: 1, fields: {} }, [file, { ...file, kind: 'preview', hash: 'cd'.repeat(32) }])
}

test('L8: back in reach it asks what the server holds; what it has is not sent again', async () => {
  const sent: string[] = []
  const send = async ({ kind }: { kind: string }) => {
    sent.push(kind)
    throw new Fault('offline')
  }
  const { world, centre, phone } = await signedIn({ send })
  await photographed(phone)
  await phone.save({ ...report(newCase(1)), photos: [photo], draft: 'draft' })
  await vi.waitFor(() => expect(sent).toEqual(['preview', 'original']))
  for (const one of [hash, 'cd'.repeat(32)]) centre.held.add(one)
  centre.cut()
  phone.deliveries.stop()
  world.pass(60_000)
  await vi.waitFor(async () => expect(await allSent(phone)).toBe(true))
  expect(sent).toHaveLength(2)
})

test('L9: an original waits while a record of this phone is on its way', async () => {
  const sent: string[] = []
  const send = async ({ kind, hash: of }: { kind: string; hash: string }) => {
    sent.push(kind)
    return { hash: of, state: 'here' as const }
  }
  const { centre, phone } = await signedIn({ send })
  centre.answering = false
  await photographed(phone)
  await phone.save({ ...report(newCase(1)), photos: [photo], draft: 'draft' })
  await vi.waitFor(() => expect(texts(centre)).toHaveLength(1))
  await phone.save(report(newCase(2)))
  await vi.waitFor(() => expect(texts(centre)).toHaveLength(2))
  const [replica = ''] = centre.kept.keys()
  const acknowledge = (counter: number) => {
    const answers = [{ counter, hash: hashOf(texts(centre)[counter - 1] ?? ''), seq: counter, epoch: 'e1', outcome: 'applied' as const, mac: 'mac' }]
    centre.say({ t: 'ack', replica, answers })
  }
  acknowledge(1)
  await vi.waitFor(async () => expect((await phone.store.db.photos.get([people.first.id, 'cd'.repeat(32)]))?.stage).toBe('sent'))
  await vi.waitFor(() => expect(phone.deliveries.underway().size).toBe(0))
  await phone.store.db.photos.toArray() // behind what the deliveries read then
  expect(sent).toEqual(['preview'])
  acknowledge(2)
  await vi.waitFor(() => expect(sent).toEqual(['preview', 'original']))
})

test('L13: each greeting says how many were made, acknowledged or not', async () => {
  const { world, centre, phone } = await signedIn()
  centre.reachable = false
  centre.cut()
  await phone.save(report(newCase(1)))
  await phone.save(report(newCase(2)))
  centre.reachable = true
  world.pass(60_000)
  await vi.waitFor(() => expect(centre.hellos.at(-1)?.replicas).toMatchObject([{ oldest: 1, last: 2, acked: 0 }]))
})
