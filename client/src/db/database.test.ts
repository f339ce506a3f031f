import 'fake-indexeddb/auto'
import { Dexie } from 'dexie'
import type { Database } from './database'
import { keepDecision } from './decisions'
import { addToDraft, keepDraft, openDraft } from './drafts'
import { keepDocument, openDocument } from './documents'
import { loadOperations, saveOperation } from './operations'
import { openFile } from './photos'
import { keepAnswers } from './receipts'
import { addReplica } from './replicas'
import { Seal } from './seal'
import { openStore, type Store } from './store'

let count = 0
const person = 'person-1'

async function opened(): Promise<Store> {
  const store = await openStore(`database ${count++}`)
  const keys = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, false, ['sign', 'verify'])
  await addReplica(store, person, { id: 'replica', keys, key: 'spki' }, 1)
  return store
}

const compose = async () => ({ text: '{"description":"路边有垃圾"}', hash: 'ab'.repeat(32), signature: 'sig' })
const jpeg = () => Uint8Array.of(0xff, 0xd8, 0xff, 0xe0, ...Array.from({ length: 200 }, (_, i) => i)).buffer
const original = { hash: 'p1', kind: 'original' as const, of: 'p1', type: 'image/jpeg', bytes: jpeg() }
const saving = { person, caseId: 'case', now: 2, photos: ['p1'], draft: 'draft' }
const draft = { id: 'draft', at: 1, fields: { description: '路边有垃圾' } }

afterEach(() => vi.restoreAllMocks())

test('L1: every transaction that writes is strict, from the first keystroke to the receipt', async () => {
  const asked = vi.spyOn(IDBDatabase.prototype, 'transaction')
  const store = await opened()
  await keepDraft(store, person, draft)
  await addToDraft(store, person, draft, [original])
  await saveOperation(store, saving, compose)
  await keepAnswers(store, 'replica', [{ counter: 1, hash: 'ab'.repeat(32), seq: 1, epoch: 'e', outcome: 'applied', mac: 'm' }])
  await keepDocument(store, person, 'profile', { label: '采集员' })
  const writes = asked.mock.calls.filter(([, mode]) => mode === 'readwrite')
  expect(writes.length).toBeGreaterThan(5)
  for (const [, , options] of writes) expect(options).toMatchObject({ durability: 'strict' })
})

test('L1: the operation, its number, its photos and the end of its draft are one transaction', async () => {
  const asked = vi.spyOn(IDBDatabase.prototype, 'transaction')
  const store = await opened()
  await addToDraft(store, person, draft, [original])
  asked.mockClear()
  await saveOperation(store, saving, compose)
  const writes = asked.mock.calls.filter(([, mode]) => mode === 'readwrite')
  expect(writes.map(([tables]) => [...(tables as string[])].sort())).toEqual([['drafts', 'operations', 'photos', 'replicas']])
  expect(await store.db.drafts.count()).toBe(0)
  expect(await store.db.photos.get([person, 'p1'])).toMatchObject({ stage: 'waiting', replica: 'replica', counter: 1, caseId: 'case', drafts: [] })
})

test('L1: storage full in the write path is a fault, and the draft is as it was', async () => {
  const store = await opened()
  await addToDraft(store, person, draft, [original])
  vi.spyOn(IDBObjectStore.prototype, 'add').mockImplementation(() => {
    throw new DOMException('full', 'QuotaExceededError')
  })
  await expect(saveOperation(store, saving, compose)).rejects.toMatchObject({ code: 'storage.full' })
  vi.restoreAllMocks()
  expect(await openDraft(store, person, 'draft')).toEqual(draft)
  expect((await openFile(store, person, 'p1'))?.bytes).toEqual(original.bytes)
  expect(await store.db.replicas.get('replica')).toMatchObject({ counter: 0 })
  expect((await saveOperation(store, saving, compose)).counter).toBe(1)
})

test('a connection that the browser closed is opened again', async () => {
  const store = await opened()
  await keepDocument(store, person, 'profile', { label: '采集员' })
  store.db.backendDB().close()
  expect(await openDocument(store, person, 'profile')).toEqual({ label: '采集员' })
  store.db.backendDB().close()
  await keepDocument(store, person, 'profile', { label: '中队长' })
  expect(await openDocument(store, person, 'profile')).toEqual({ label: '中队长' })
})

test('what is stored shows neither words nor photographs, in any table', async () => {
  const store = await opened()
  await keepDraft(store, person, { ...draft, id: 'other' })
  await addToDraft(store, person, draft, [original])
  await saveOperation(store, saving, compose)
  await keepDocument(store, person, 'profile', { label: '路边有垃圾' })
  const raw: Uint8Array[] = []
  for (const table of store.db.tables) for (const row of await table.toArray()) collect(row, raw)
  expect(raw.length).toBeGreaterThan(20)
  const needles = ['路边有垃圾', 'description'].map((text) => new TextEncoder().encode(text))
  for (const bytes of raw) {
    for (const needle of [...needles, Uint8Array.of(0xff, 0xd8, 0xff, 0xe0)]) expect(holds(bytes, needle)).toBe(false)
  }
})

test('no key of the phone can be exported', async () => {
  const store = await opened()
  await keepDraft(store, person, draft)
  const rows = await store.db.keys.toArray()
  const [replica] = await store.db.replicas.toArray()
  expect(rows).not.toEqual([])
  for (const { key } of rows) await expect(crypto.subtle.exportKey('raw', key!)).rejects.toThrow()
  await expect(crypto.subtle.exportKey('pkcs8', replica!.keys.privateKey)).rejects.toThrow()
})

test('a sealed row that was moved or changed cannot be opened', async () => {
  const { seal } = await opened()
  const sealed = await seal.closeText(person, 'own', 'draft 1', '垃圾')
  expect(await seal.openText(person, 'own', 'draft 1', sealed)).toBe('垃圾')
  await expect(seal.openText(person, 'own', 'draft 2', sealed)).rejects.toThrow()
  const changed = sealed.data.slice(0)
  new Uint8Array(changed)[0]! ^= 1
  await expect(seal.openText(person, 'own', 'draft 1', { ...sealed, data: changed })).rejects.toThrow()
})

/** Every string and every run of bytes within a row. */
function collect(value: unknown, into: Uint8Array[]): void {
  if (typeof value === 'string') into.push(new TextEncoder().encode(value))
  else if (value instanceof ArrayBuffer) into.push(new Uint8Array(value))
  else if (ArrayBuffer.isView(value)) into.push(new Uint8Array(value.buffer, value.byteOffset, value.byteLength))
  else if (typeof value === 'object' && value !== null && !(value instanceof CryptoKey)) Object.values(value).forEach((inner) => collect(inner, into))
}

function holds(bytes: Uint8Array, needle: Uint8Array): boolean {
  return Buffer.from(bytes).includes(Buffer.from(needle))
}

/** A page of the first version, with what it opened. */
function ofFirstVersion(name: string): Store {
  const first = new Dexie(name)
  first.version(1).stores({
    keys: '[person+purpose]', replicas: 'id, person', operations: '[replica+counter], state, [person+state], [person+seq], draft',
    photos: '[person+hash], [person+stage], stage, [replica+counter]', bytes: '[person+hash]', cases: '[person+id], [person+id+stamp]', drafts: 'id, person',
    documents: '[person+name]', views: '[person+name], [usedAt+size+person+name]', places: 'person', meta: 'name',
  })
  return { db: first as Database, seal: new Seal(first as Database, () => Promise.reject(new Error('no lock'))) }
}

test('L1: a database of the first version opens with what is in it, and a page that still knows only that one goes on', async () => {
  const name = `database ${count++}`
  const old = ofFirstVersion(name)
  await keepDraft(old, person, draft)
  const store = await openStore(name)
  expect(await openDraft(store, person, draft.id)).toMatchObject(draft)
  await keepDecision(store, { id: 'd', person, caseId: 'case', madeAt: 1, fireAt: 2 }, '{}')
  await keepDraft(old, person, { ...draft, id: 'later' })
  expect(await openDraft(store, person, 'later')).toMatchObject({ fields: draft.fields })
  expect(await store.db.decisions.count()).toBe(1)
})

test('L1, L3: unsent records of a database of the first version go after the upgrade as the very same texts, with their photos; the chain goes on', async () => {
  const name = `database ${count++}`
  const old = ofFirstVersion(name)
  const keys = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, false, ['sign', 'verify'])
  await addReplica(old, person, { id: 'replica', keys, key: 'spki' }, 1)
  await addToDraft(old, person, draft, [original])
  await saveOperation(old, saving, compose)
  const second = async () => ({ text: '{"description":"第二条"}', hash: 'cd'.repeat(32), signature: 'sig 2' })
  await saveOperation(old, { ...saving, photos: [], draft: '' }, second)
  const before = await loadOperations(old, 'replica', 1, 20)
  old.db.close()

  const store = await openStore(name)
  expect(store.db.verno).toBeGreaterThan(1)
  const after = await loadOperations(store, 'replica', 1, 20)
  expect(after).toEqual(before)
  expect(after.map(({ counter, text, signature }) => [counter, text, signature])).toEqual([[1, (await compose()).text, 'sig'], [2, (await second()).text, 'sig 2']])
  expect(await store.db.replicas.get('replica')).toMatchObject({ counter: 2, acked: 0, lastHash: 'cd'.repeat(32) })
  expect(await store.db.photos.get([person, 'p1'])).toMatchObject({ stage: 'waiting', held: true, counter: 1 })
  await keepAnswers(store, 'replica', [{ counter: 1, hash: 'ab'.repeat(32), seq: 1, epoch: 'e', outcome: 'applied', mac: 'm' }])
  expect(await store.db.photos.get([person, 'p1'])).toMatchObject({ stage: 'named' })
  expect(new Uint8Array((await openFile(store, person, 'p1'))!.bytes)).toEqual(new Uint8Array(original.bytes))
  await saveOperation(store, { ...saving, photos: [], draft: '' }, async () => ({ text: 'third', hash: 'ef'.repeat(32), signature: 'sig 3' }))
  expect(await store.db.replicas.get('replica')).toMatchObject({ counter: 3, acked: 1 })
})
