// The lock of the app: a person's own key leaves the phone's storage and comes back only by the PIN, without network. What is
// to be delivered stays sealed with the key that the browser keeps, so that records go whether or not their author is there.

import { type Database, read, write } from './database'
import { placeOf as casePlace } from './cases'
import { placeOf as documentPlace, viewPlace } from './documents'
import { placeOf as draftPlace } from './drafts'
import { placeOf as operationPlace } from './operations'
import type { KeyRow, Lock, Sealed } from './rows'
import type { Store } from './store'

/** What OWASP asks of PBKDF2 with SHA-256; about a second on a mid-range phone. */
const usualRounds = 600_000

const wrapPlace = new TextEncoder().encode('lock')

async function pinKey(pin: string, salt: BufferSource, rounds: number): Promise<CryptoKey> {
  const typed = await crypto.subtle.importKey('raw', new TextEncoder().encode(pin), 'PBKDF2', false, ['deriveKey'])
  return crypto.subtle.deriveKey({ name: 'PBKDF2', hash: 'SHA-256', salt, iterations: rounds }, typed, { name: 'AES-GCM', length: 256 }, false, ['encrypt', 'decrypt'])
}

function keyOf(bytes: BufferSource): Promise<CryptoKey> {
  return crypto.subtle.importKey('raw', bytes, 'AES-GCM', false, ['encrypt', 'decrypt'])
}

async function wrap(bytes: BufferSource, pin: string, minutes: number, rounds: number): Promise<Lock> {
  const salt = crypto.getRandomValues(new Uint8Array(16))
  const iv = crypto.getRandomValues(new Uint8Array(12))
  const data = await crypto.subtle.encrypt({ name: 'AES-GCM', iv, additionalData: wrapPlace }, await pinKey(pin, salt, rounds), bytes)
  return { salt, rounds, wrapped: { iv, data }, minutes }
}

/** The key that the lock holds; null where the PIN is wrong. */
async function unwrap({ salt, rounds, wrapped }: Lock, pin: string): Promise<CryptoKey | null> {
  const by = await pinKey(pin, salt, rounds)
  const { iv, data } = wrapped
  return crypto.subtle.decrypt({ name: 'AES-GCM', iv, additionalData: wrapPlace }, by, data).then(keyOf, () => null)
}

export function lockOf({ db }: Store, person: string): Promise<Lock | null> {
  return read(db, async () => (await db.keys.get([person, 'own']))?.lock ?? null)
}

/**
 * Puts a lock on what the person may read: a new key, all that was sealed with the old one sealed anew, and the old one kept
 * until the next time that the app is unlocked, for what was being written meanwhile.
 */
export async function putLock(store: Store, person: string, pin: string, minutes: number, rounds = usualRounds): Promise<void> {
  if ((await lockOf(store, person)) !== null) throw new Error('there is a lock already')
  const bytes = crypto.getRandomValues(new Uint8Array(32))
  const lock = await wrap(bytes, pin, minutes, rounds)
  const key = await keyOf(bytes)
  bytes.fill(0)
  await change(store, person, key, (older) => ({ person, purpose: 'own', lock, ...older }))
  await reseal(store, person)
}

/** Takes the lock off; false where the PIN is wrong. */
export async function takeLock(store: Store, person: string, pin: string): Promise<boolean> {
  const lock = await lockOf(store, person)
  const key = lock === null ? null : await unwrap(lock, pin)
  if (key === null) return false
  await change(store, person, key, () => ({ person, purpose: 'own', key }))
  return true
}

async function change({ db, seal }: Store, person: string, key: CryptoKey, next: (older: Pick<KeyRow, 'older'>) => KeyRow): Promise<void> {
  await seal.closeText(person, 'own', 'key', '') // there is one from here on
  const row = await write(db, [db.keys], async () => {
    const was = await db.keys.get([person, 'own'])
    const now = next(was?.key === undefined ? {} : { older: was.key })
    await db.keys.put(now)
    return now
  })
  seal.change(person, { key, ...(row.older && { older: row.older }) })
}

/** Seals everything that the person may read with the key of today, row by row: what changes meanwhile is left as it is then. */
async function reseal({ db, seal }: Store, person: string): Promise<void> {
  const anew = async (place: string, sealed: Sealed, put: (was: Sealed, now: Sealed) => Promise<unknown>) => {
    const bytes = await seal.open(person, 'own', place, sealed).catch(() => null)
    if (bytes !== null) await put(sealed, await seal.close(person, 'own', place, bytes))
  }
  const swap = (was: Sealed, now: Sealed) => (row: { sealed: Sealed }) => {
    if (same(row.sealed.iv, was.iv)) row.sealed = now
  }
  for (const row of await db.documents.filter((one) => one.person === person).toArray()) {
    await anew(documentPlace(row.name), row.sealed, (was, now) => write(db, [db.documents], () => db.documents.where('[person+name]').equals([person, row.name]).modify(swap(was, now))))
  }
  for (const row of await db.cases.filter((one) => one.person === person).toArray()) {
    await anew(casePlace(row.id), row.sealed, (was, now) => write(db, [db.cases], () => db.cases.where('[person+id]').equals([person, row.id]).modify(swap(was, now))))
  }
  for (const row of await db.drafts.where({ person }).toArray()) {
    await anew(draftPlace(row.id), row.sealed, (was, now) => write(db, [db.drafts], () => db.drafts.where('id').equals(row.id).modify(swap(was, now))))
  }
  for (const row of await db.operations.where({ person }).filter(({ purpose }) => purpose === 'own').toArray()) {
    const at: [string, number] = [row.replica, row.counter]
    await anew(operationPlace(row), row.sealed, (was, now) => write(db, [db.operations], () => db.operations.where('[replica+counter]').equals(at).modify(swap(was, now))))
  }
  for (const key of (await db.views.toCollection().primaryKeys()).filter(([of]) => of === person)) {
    const row = await db.views.get(key) // one at a time: they are large
    if (row !== undefined) await anew(viewPlace(row.name), row.sealed, (was, now) => write(db, [db.views], () => db.views.where('[person+name]').equals(key).modify(swap(was, now))))
  }
}

function same(a: Uint8Array, b: Uint8Array): boolean {
  return a.every((byte, i) => byte === b[i])
}

/** After the app was unlocked: what was written while the lock was put on is sealed anew, and the old key is gone. */
export async function settleLock(store: Store, person: string): Promise<void> {
  const row = await read(store.db, () => store.db.keys.get([person, 'own']))
  if (row?.lock === undefined || row.older === undefined) return
  await reseal(store, person)
  await write(store.db, [store.db.keys], async () => {
    const { older, ...rest } = (await store.db.keys.get([person, 'own'])) ?? row
    if (older !== undefined) await store.db.keys.put(rest)
  })
}

interface Tries {
  readonly failures: number
  /** No try counts before. */
  readonly until: number
}

const free = 3
const firstWaitMs = 5_000
const mostWaitMs = 15 * 60_000

/** How long the next try waits after so many wrong ones. */
export function waitAfter(failures: number): number {
  return failures < free ? 0 : Math.min(firstWaitMs * 2 ** (failures - free), mostWaitMs)
}

/** Tries a PIN: the key, or until when no other is tried. Each try counts before it is made, so that closing the page saves none. */
export async function tryPin(db: Database, row: KeyRow, pin: string, now: number): Promise<CryptoKey | number> {
  const name = `tries ${row.person}`
  const last = await write(db, [db.meta], async () => {
    const { failures, until } = ((await db.meta.get(name))?.value ?? { failures: 0, until: 0 }) as Tries
    // A clock that was set back must not lock anybody out for longer than the wait itself.
    if (until > now && until - now <= mostWaitMs) return until
    await db.meta.put({ name, value: { failures: failures + 1, until: now + waitAfter(failures + 1) } satisfies Tries })
    return 0
  })
  if (last > 0) return last
  const key = row.lock === undefined ? null : await unwrap(row.lock, pin)
  const tries = await write(db, [db.meta], async () => {
    if (key !== null) await db.meta.delete(name)
    return (await db.meta.get(name))?.value as Tries | undefined
  })
  return key ?? tries?.until ?? now
}

/**
 * The PIN is forgotten: what only it could open goes, what is to be delivered stays. The centre has all of it but the drafts.
 */
export async function dropLocked({ db }: Pick<Store, 'db'>, person: string): Promise<void> {
  await write(db, [db.keys, db.documents, db.cases, db.drafts, db.photos, db.bytes, db.operations, db.replicas, db.views, db.places, db.meta], async () => {
    for (const table of [db.documents, db.cases, db.views]) {
      const own = (await table.toCollection().primaryKeys()).filter(([of]) => of === person)
      await table.bulkDelete(own as never[])
    }
    await db.drafts.where({ person }).delete()
    const begun = (await db.photos.where('[person+stage]').equals([person, 'draft']).primaryKeys()) as [string, string][]
    await db.photos.bulkDelete(begun)
    await db.bytes.bulkDelete(begun)
    await db.places.delete(person)
    await db.operations.where({ person }).filter(({ purpose }) => purpose === 'own').delete()
    for (const replica of await db.replicas.where({ person }).toArray()) {
      const first = await db.operations.where('[replica+counter]').between([replica.id, 0], [replica.id, Infinity]).first()
      await db.replicas.update(replica.id, { oldest: first?.counter ?? (replica.counter > replica.acked ? replica.acked + 1 : 0) })
    }
    await db.keys.delete([person, 'own'])
    await db.meta.delete(`tries ${person}`)
  })
}
