// Sealed documents of a person, pictures kept for viewing, and the few facts that belong to the device itself.

import { read, write } from './database'
import type { Store } from './store'

export const placeOf = (name: string) => `document ${name}`

export async function openDocument<T>({ db, seal }: Store, person: string, name: string): Promise<T | null> {
  const row = await read(db, () => db.documents.get([person, name]))
  return row === undefined ? null : (JSON.parse(await seal.openText(person, 'own', placeOf(name), row.sealed)) as T)
}

export async function keepDocument({ db, seal }: Store, person: string, name: string, document: unknown): Promise<void> {
  const sealed = await seal.closeText(person, 'own', placeOf(name), JSON.stringify(document))
  await write(db, [db.documents], () => db.documents.put({ person, name, sealed }))
}

export async function meta<T>({ db }: Store, name: string): Promise<T | null> {
  const row = await read(db, () => db.meta.get(name))
  return row === undefined ? null : (row.value as T)
}

export async function keepMeta({ db }: Store, name: string, value: unknown): Promise<void> {
  await write(db, [db.meta], () => db.meta.put({ name, value }))
}

export const viewPlace = (name: string) => `view ${name}`

/** A picture that was fetched for viewing; null where it is not kept. */
export async function openView({ db, seal }: Store, person: string, name: string): Promise<Blob | null> {
  const row = await read(db, () => db.views.get([person, name]))
  if (row === undefined) return null
  const bytes = new Uint8Array(await seal.open(person, 'own', viewPlace(name), row.sealed))
  const type = new TextDecoder().decode(bytes.subarray(1, 1 + (bytes[0] ?? 0)))
  return new Blob([bytes.subarray(1 + (bytes[0] ?? 0))], { type })
}

/** Keeps a picture for viewing out of reach, and drops the longest unused above `most` bytes. */
export async function keepView({ db, seal }: Store, person: string, name: string, picture: Blob, now: number, most: number): Promise<void> {
  const type = new TextEncoder().encode(picture.type)
  const sealed = await seal.close(person, 'own', viewPlace(name), await new Blob([Uint8Array.of(type.length), type, picture]).arrayBuffer())
  await write(db, [db.views], async () => {
    await db.views.put({ person, name, usedAt: now, size: picture.size, sealed })
    let room = most
    const kept = (await db.views.orderBy('[usedAt+size+person+name]').reverse().keys()) as unknown as [number, number, string, string][]
    for (const [, size, ...key] of kept) {
      room -= size
      if (room < 0) await db.views.delete(key)
    }
  })
}
