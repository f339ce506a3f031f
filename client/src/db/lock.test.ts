import 'fake-indexeddb/auto'
import { keepDocument, openDocument } from './documents'
import { keepDraft, openDraft } from './drafts'
import { dropLocked, putLock, settleLock, takeLock, tryPin, waitAfter } from './lock'
import type { KeyRow } from './rows'
import { openStore, type Store } from './store'

let count = 0
const person = 'person-1'
const rounds = 1_000 // the phone's own is dear on purpose

async function written(): Promise<{ store: Store; name: string }> {
  const name = `lock ${count++}`
  const store = await openStore(name)
  await keepDocument(store, person, 'profile', { label: '采集员' })
  await keepDraft(store, person, { id: 'draft', at: 1, fields: { description: '路边有垃圾' } })
  return { store, name }
}

const lockRow = async ({ db }: Store) => (await db.keys.get([person, 'own'])) as KeyRow

/** The same storage as a page that is loaded anew finds it, with somebody who types this PIN. */
async function again(name: string, pin: string): Promise<Store> {
  return openStore(name, async (db, row) => {
    const found = await tryPin(db, row, pin, 0)
    if (typeof found === 'number') throw new Error('wrong PIN')
    return found
  })
}

test('ask 12: the PIN opens what was written before the lock and after it, without anything of a server', async () => {
  const { store, name } = await written()
  await putLock(store, person, '246810', 5, rounds)
  await keepDocument(store, person, 'later', { label: '后来' })
  const page = await again(name, '246810')
  expect(await openDocument(page, person, 'profile')).toEqual({ label: '采集员' })
  expect(await openDocument(page, person, 'later')).toEqual({ label: '后来' })
  expect(await openDraft(page, person, 'draft')).toMatchObject({ fields: { description: '路边有垃圾' } })
})

test('ask 13: without the PIN nothing is opened: no key lies beside what it opens, and nothing is left under an old one', async () => {
  const { store, name } = await written()
  const old = (await lockRow(store)).key
  expect(old).toBeInstanceOf(CryptoKey)
  await putLock(store, person, '246810', 5, rounds)
  await settleLock(store, person)
  const row = await lockRow(store)
  expect(Object.keys(row).sort()).toEqual(['lock', 'person', 'purpose'])
  await expect(openDocument(await openStore(name), person, 'profile')).rejects.toThrow('locked')
  await expect(openDocument(await again(name, '246811'), person, 'profile')).rejects.toThrow('wrong PIN')
  const { sealed } = (await store.db.documents.get([person, 'profile']))!
  const place = new TextEncoder().encode('document profile')
  await expect(crypto.subtle.decrypt({ name: 'AES-GCM', iv: sealed.iv, additionalData: place }, old!, sealed.data)).rejects.toThrow()
})

test('what another page wrote while the lock was put on is opened, and sealed anew at the next unlocking', async () => {
  const { store, name } = await written()
  const other = await openStore(name)
  await openDocument(other, person, 'profile') // it holds the old key
  await putLock(store, person, '246810', 5, rounds)
  await keepDocument(other, person, 'meanwhile', 7)
  const page = await again(name, '246810')
  expect(await openDocument(page, person, 'meanwhile')).toBe(7)
  await settleLock(page, person)
  expect((await lockRow(store)).older).toBeUndefined()
  expect(await openDocument(await again(name, '246810'), person, 'meanwhile')).toBe(7)
})

test('ask 13: wrong PINs slow down, each counted before it is tried; the right one forgives them', async () => {
  const { store } = await written()
  await putLock(store, person, '246810', 5, rounds)
  const row = await lockRow(store)
  let now = 1_000_000
  const waits: number[] = []
  for (let i = 0; i < 6; i++) {
    const until = (await tryPin(store.db, row, '000000', now)) as number
    waits.push(until - now)
    now = until
  }
  expect(waits).toEqual([0, 0, 5_000, 10_000, 20_000, 40_000])
  expect(await tryPin(store.db, row, '246810', now)).toBeInstanceOf(CryptoKey)
  expect(await tryPin(store.db, row, '000000', now)).toBe(now)
  expect([1, 2, 3, 4, 5, 20].map(waitAfter)).toEqual([0, 0, 5_000, 10_000, 20_000, 900_000])
})

test('ask 13: a wait is kept over a new start of the page, and a clock that was set back locks nobody out for longer', async () => {
  const { store } = await written()
  await putLock(store, person, '246810', 5, rounds)
  const row = await lockRow(store)
  const now = 1_000_000_000
  for (let i = 0; i < 3; i++) await tryPin(store.db, row, '000000', now)
  expect(await tryPin(store.db, row, '246810', now + 1)).toBe(now + 5_000)
  expect(await tryPin(store.db, row, '246810', now - 24 * 3_600_000)).toBeInstanceOf(CryptoKey)
  expect(await tryPin(store.db, row, '000000', now)).toBe(now)
})

test('the lock comes off by the PIN alone; what it held stays', async () => {
  const { store, name } = await written()
  await putLock(store, person, '246810', 5, rounds)
  await settleLock(store, person)
  expect(await takeLock(store, person, '000000')).toBe(false)
  expect(await takeLock(store, person, '246810')).toBe(true)
  expect(await openDocument(await openStore(name), person, 'profile')).toEqual({ label: '采集员' })
})

test('L1: a forgotten PIN costs what only it could open, and nothing that is to be delivered, nor anything of others', async () => {
  const { store, name } = await written()
  const sealed = await store.seal.closeText(person, 'delivery', 'operation replica 1', 'unsent')
  const row = { replica: 'replica', counter: 1, person, caseId: 'c', hash: 'h', savedAt: 1, state: 'waiting', purpose: 'delivery', sealed, signature: 's', photos: [], draft: '', seq: 0 } as const
  await store.db.operations.add(row)
  await keepDocument(store, 'other', 'profile', 1)
  await putLock(store, person, '246810', 5, rounds)
  await dropLocked(store, person)
  const page = await openStore(name)
  expect(await openDocument(page, person, 'profile')).toBeNull()
  expect(await openDocument(page, 'other', 'profile')).toBe(1)
  const kept = await page.db.operations.get(['replica', 1])
  expect(await page.seal.openText(person, 'delivery', 'operation replica 1', kept!.sealed)).toBe('unsent')
})
