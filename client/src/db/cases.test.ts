import 'fake-indexeddb/auto'
import type { Case } from '@shared/types.gen'
import { caseStamps, keepCases, openCases, placeInFeed } from './cases'
import { keepDocument, keepView, openDocument, openView } from './documents'
import { addToDraft } from './drafts'
import { saveOperation } from './operations'
import { makeRoom, openFile, photosToSend } from './photos'
import { trimSent } from './tidy'
import { keepAnswers, keepHeld, keepKnown } from './receipts'
import { addReplica } from './replicas'
import { openStore, type Store } from './store'
import { summarize } from './summary'

let count = 0
const person = 'person-1'

async function opened(): Promise<Store> {
  const store = await openStore(`cases ${count++}`)
  for (const one of [person, 'person-2']) {
    const keys = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, false, ['sign', 'verify'])
    await addReplica(store, one, { id: `replica of ${one}`, keys, key: '' }, 1)
  }
  return store
}

const c = (id: string, revision = 1) => ({ id, revision, state: 'reported', timeline: [] }) as unknown as Case
const place = (generation: number, seq: number, complete = true) => ({ cursor: { epoch: 'e', scope: 's', seq }, generation, complete })
const keep = (cases: Case[], fields: Partial<Parameters<typeof keepCases>[2]> = {}) => {
  return { type: 'cases' as const, cases, leaves: [], place: place(1, 1), dropUnnamed: false, ...fields }
}
const save = (store: Store, caseId: string, photos: string[] = [], who = person) =>
  saveOperation(store, { person: who, caseId, now: 1, photos, draft: photos[0] ?? '' }, async ({ counter }) => ({ text: 't', hash: `hash ${counter}`, signature: 's' }))

async function sentPhoto(store: Store, name: string, size: number, at: number): Promise<void> {
  const file = { hash: name, kind: 'original' as const, of: name, type: 'image/jpeg', bytes: new ArrayBuffer(size) }
  const preview = { hash: `small ${name}`, kind: 'preview' as const, of: name, type: 'image/jpeg', bytes: new ArrayBuffer(2) }
  await addToDraft(store, person, { id: name, at, fields: {} }, [file, preview])
  const { counter, chain } = await save(store, name, [name])
  await keepAnswers(store, chain.replica, [{ counter, hash: `hash ${counter}`, seq: counter, epoch: 'e', outcome: 'applied', mac: 'm' }])
  await keepHeld(store, person, [name, `small ${name}`], [])
}

test('L4: a page of the feed and its place are stored together, and only what changed has another stamp', async () => {
  const store = await opened()
  await keepCases(store, person, keep([c('a'), c('b')]))
  const before = await caseStamps(store, person)
  await keepCases(store, person, keep([c('b', 2)], { place: place(1, 7) }))
  const after = await caseStamps(store, person)
  expect([...after].filter(([id, stamp]) => before.get(id) !== stamp).map(([id]) => id)).toEqual(['b'])
  expect((await openCases(store, person, ['a', 'b', 'gone'])).get('b')).toEqual(c('b', 2))
  expect(await placeInFeed(store, person)).toEqual(place(1, 7))
})

test('L4, R31: a complete pull drops what it did not name, except what is unsent here', async () => {
  const store = await opened()
  await keepCases(store, person, keep([c('named'), c('unnamed'), c('unsent'), c('photo')]))
  await save(store, 'unsent')
  await addToDraft(store, person, { id: 'p', at: 1, fields: {} }, [{ hash: 'p', kind: 'original', of: 'p', type: 'image/jpeg', bytes: new ArrayBuffer(2) }])
  await save(store, 'photo', ['p'])
  await keepAnswers(store, `replica of ${person}`, [{ counter: 2, hash: 'hash 2', seq: 2, epoch: 'e', outcome: 'applied', mac: 'm' }])
  await keepCases(store, person, keep([c('named', 2)], { place: place(2, 9), dropUnnamed: true }))
  expect([...(await caseStamps(store, person)).keys()].sort()).toEqual(['named', 'photo', 'unsent'])
})

test('L4, R32: a case that left the scope goes, unless something of it is unsent', async () => {
  const store = await opened()
  await keepCases(store, person, keep([c('left'), c('unsent')]))
  await save(store, 'unsent')
  await keepCases(store, person, keep([], { leaves: ['left', 'unsent'] }))
  expect([...(await caseStamps(store, person)).keys()]).toEqual(['unsent'])
})

test('L10, R32: a case that left stays no longer than what is unsent of it, records and photos', async () => {
  const store = await opened()
  await keepCases(store, person, keep([c('photo'), c('back'), c('mine')]))
  await addToDraft(store, person, { id: 'p', at: 1, fields: {} }, [{ hash: 'p', kind: 'original', of: 'p', type: 'image/jpeg', bytes: new ArrayBuffer(2) }])
  await save(store, 'photo', ['p'])
  await save(store, 'back')
  await keepCases(store, person, keep([], { leaves: ['photo', 'back'] }))
  await keepCases(store, person, keep([c('back', 2)], { place: place(1, 8) }))
  const answer = (counter: number) => ({ counter, hash: `hash ${counter}`, seq: counter, epoch: 'e', outcome: 'applied' as const, mac: 'm' })
  await keepAnswers(store, `replica of ${person}`, [answer(1), answer(2)])
  expect([...(await caseStamps(store, person)).keys()].sort()).toEqual(['back', 'mine', 'photo'])
  await keepHeld(store, person, ['p'], [])
  expect([...(await caseStamps(store, person)).keys()].sort()).toEqual(['back', 'mine'])
})

test('L10: one person\'s cases, documents and pictures are neither listed for another nor opened', async () => {
  const store = await opened()
  await keepCases(store, person, keep([c('a')]))
  await keepDocument(store, person, 'directory', { people: [] })
  await keepView(store, person, 'picture', new Blob(['x'], { type: 'image/jpeg' }), 1, 100)
  expect(await caseStamps(store, 'person-2')).toEqual(new Map())
  expect((await openCases(store, 'person-2', ['a'])).size).toBe(0)
  expect(await placeInFeed(store, 'person-2')).toMatchObject({ cursor: null })
  expect(await openDocument(store, 'person-2', 'directory')).toBeNull()
  expect(await openView(store, 'person-2', 'picture')).toBeNull()
  const [row] = await store.db.cases.toArray()
  await expect(store.seal.openText('person-2', 'own', 'case a', row!.sealed)).rejects.toThrow()
})

test('pictures for viewing keep their type, and the longest unused go first', async () => {
  const store = await opened()
  for (const [at, name] of ['a', 'b', 'c'].entries()) await keepView(store, person, name, new Blob(['12345'], { type: 'image/webp' }), at, 11)
  expect(await openView(store, person, 'a')).toBeNull()
  const kept = await openView(store, person, 'c')
  expect([kept?.type, await kept?.text()]).toEqual(['image/webp', '12345'])
})

test('L8: room is made of acknowledged originals only: those in a proven backup first, then the oldest', async () => {
  const store = await opened()
  await sentPhoto(store, 'old', 100, 1)
  await sentPhoto(store, 'new', 100, 2)
  await sentPhoto(store, 'newest', 100, 3)
  await addToDraft(store, person, { id: 'waits', at: 0, fields: {} }, [{ hash: 'waits', kind: 'original', of: 'waits', type: 'image/jpeg', bytes: new ArrayBuffer(100) }])
  await save(store, 'waits', ['waits'])
  expect(await makeRoom(store, 1)).toBe(100)
  expect(await openFile(store, person, 'old')).toBeNull()
  const held = async () => (await store.db.photos.filter((row) => row.held && row.kind === 'original').toArray()).map((row) => row.hash).sort()
  expect(await held()).toEqual(['new', 'newest', 'waits'])
  expect(await makeRoom(store, 10_000)).toBe(200)
  expect(await held()).toEqual(['waits'])
  expect(await openFile(store, person, 'small old')).not.toBeNull()
})

test('L8: what no proven backup holds is the last to go', async () => {
  const store = await opened()
  await sentPhoto(store, 'unproven', 100, 1)
  await sentPhoto(store, 'also', 100, 2)
  await store.db.photos.update([person, 'unproven'], { counter: 9 })
  await keepKnown(store, [{ replica: `replica of ${person}`, counter: 2, hash: 'hash 2', backedUp: 2 }])
  expect(await makeRoom(store, 1)).toBe(100)
  expect(await openFile(store, person, 'also')).toBeNull()
  expect(await openFile(store, person, 'unproven')).not.toBeNull()
})

test('what sent originals take is kept below its limit', async () => {
  const store = await opened()
  await sentPhoto(store, 'a', 100, 1)
  await sentPhoto(store, 'b', 100, 2)
  expect(await trimSent(store, 200)).toBe(0)
  expect(await trimSent(store, 150)).toBe(100)
})

test('L8: a photo that the server holds is no longer among those to send', async () => {
  const store = await opened()
  await sentPhoto(store, 'a', 100, 1)
  expect(await photosToSend(store)).toEqual([])
})

const shows = (hash: string, here: string) => ({ ...c(`case ${hash}`, 2), photos: [{ hash, here, preview: { hash: `small ${hash}` }, previewHere: here }] }) as unknown as Case
const stages = async (store: Store) => Object.fromEntries((await store.db.photos.toArray()).map((row) => [row.hash, row.stage]))

test('R44: what the centre lost is sent again where the phone still holds it, and is lost where it let it go', async () => {
  const store = await opened()
  await sentPhoto(store, 'kept', 10, 1)
  await sentPhoto(store, 'freed', 10, 2)
  await store.db.photos.update([person, 'freed'], { held: false })
  await store.db.bytes.delete([person, 'freed'])
  await keepCases(store, person, keep([shows('kept', 'lost'), shows('freed', 'lost')]))
  expect(await stages(store)).toEqual({ kept: 'named', 'small kept': 'named', freed: 'lost', 'small freed': 'named' })
  expect((await summarize(store, person)).allSent).toBe(false)
  expect((await photosToSend(store)).map((row) => row.hash)).toEqual(['small kept', 'small freed', 'kept'])
  await keepHeld(store, person, ['kept', 'small kept', 'small freed'], [])
  expect(await stages(store)).toEqual({ kept: 'sent', 'small kept': 'sent', freed: 'lost', 'small freed': 'sent' })
  expect((await summarize(store, person)).allSent).toBe(false)
  await keepCases(store, person, keep([shows('kept', 'here'), shows('freed', 'here')]))
  expect(await stages(store)).toEqual({ kept: 'sent', 'small kept': 'sent', freed: 'sent', 'small freed': 'sent' })
  expect((await summarize(store, person)).allSent).toBe(true)
})

test('R44: a case tells nothing of a photo that waits, or is another person\'s', async () => {
  const store = await opened()
  const file = { hash: 'fresh', kind: 'original' as const, of: 'fresh', type: 'image/jpeg', bytes: new ArrayBuffer(1) }
  await addToDraft(store, person, { id: 'fresh', at: 1, fields: {} }, [file])
  await save(store, 'case fresh', ['fresh'])
  await keepCases(store, person, keep([shows('fresh', 'lost')]))
  expect(await stages(store)).toEqual({ fresh: 'waiting' })
  await sentPhoto(store, 'mine', 1, 2)
  await keepCases(store, 'person-2', keep([shows('mine', 'lost')]))
  expect((await stages(store)).mine).toBe('sent')
})

test('a photo leaves the phone only after an acknowledgement that names its hash (L8)', async () => {
  const store = await opened()
  const file = (hash: string) => ({ hash, kind: 'original' as const, of: hash, type: 'image/jpeg', bytes: new ArrayBuffer(8) })
  await addToDraft(store, person, { id: 'a', at: 1, fields: {} }, [file('a')])
  const { counter, chain } = await save(store, 'case', ['a'])
  await keepAnswers(store, chain.replica, [{ counter, hash: `hash ${counter}`, seq: 1, epoch: 'e', outcome: 'applied', mac: 'm' }])
  await keepHeld(store, person, ['b'], [])
  expect([await makeRoom(store, 1000), await openFile(store, person, 'a')]).toEqual([0, expect.objectContaining({ type: 'image/jpeg' })])
  await keepHeld(store, person, ['a'], [])
  expect([await makeRoom(store, 1000), await openFile(store, person, 'a')]).toEqual([8, null])
})
