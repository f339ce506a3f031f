// What is being written: kept as it changes, so that a killed page loses at most the last keystrokes.

import { read, write } from './database'
import { addFile, dropFile, type File, sealFile } from './photos'
import type { Store } from './store'

/** A draft as it is stored: its fields are the composables' business. */
export interface StoredDraft<T> {
  readonly id: string
  readonly at: number
  readonly fields: T
}

export const placeOf = (id: string) => `draft ${id}`

export async function keepDraft<T>({ db, seal }: Store, person: string, { id, at, fields }: StoredDraft<T>): Promise<void> {
  const sealed = await seal.closeText(person, 'own', placeOf(id), JSON.stringify(fields))
  await write(db, [db.drafts, db.operations], async () => {
    // A late autosave must not bring back a draft that was saved as an operation meanwhile.
    if ((await db.operations.where({ draft: id }).count()) === 0) await db.drafts.put({ id, person, at, sealed })
  })
}

export async function openDraft<T>({ db, seal }: Store, person: string, id: string): Promise<StoredDraft<T> | null> {
  const row = await read(db, () => db.drafts.get(id))
  if (row === undefined || row.person !== person) return null
  return { id, at: row.at, fields: JSON.parse(await seal.openText(person, 'own', placeOf(id), row.sealed)) as T }
}

/** The person's drafts, newest first. */
export async function openDrafts<T>(store: Store, person: string): Promise<StoredDraft<T>[]> {
  const rows = await read(store.db, () => store.db.drafts.where({ person }).toArray())
  rows.sort((a, b) => b.at - a.at)
  const drafts = await Promise.all(rows.map((row) => openDraft<T>(store, person, row.id)))
  return drafts.filter((draft) => draft !== null)
}

/**
 * Adds one photograph with its preview to a draft, and keeps the draft, in one strict transaction.
 * @param dropped hash of the photograph that it replaces and that goes with the same transaction; '' for none
 */
export async function addToDraft<T>(store: Store, person: string, draft: StoredDraft<T>, files: readonly File[], dropped = ''): Promise<void> {
  const { db, seal } = store
  const sealed = await Promise.all(files.map((file) => sealFile(store, person, file)))
  const row = { id: draft.id, person, at: draft.at, sealed: await seal.closeText(person, 'own', placeOf(draft.id), JSON.stringify(draft.fields)) }
  await write(db, [db.photos, db.bytes, db.drafts], async () => {
    for (const file of sealed) await addFile(store, person, draft.id, draft.at, file)
    if (dropped !== '') await dropFile(store, person, draft.id, dropped)
    await db.drafts.put(row)
  })
}

export async function dropFromDraft<T>(store: Store, person: string, draft: StoredDraft<T>, of: string): Promise<void> {
  const { db, seal } = store
  const row = { id: draft.id, person, at: draft.at, sealed: await seal.closeText(person, 'own', placeOf(draft.id), JSON.stringify(draft.fields)) }
  await write(db, [db.photos, db.bytes, db.drafts], async () => {
    await dropFile(store, person, draft.id, of)
    await db.drafts.put(row)
  })
}

export async function discardDraft(store: Store, person: string, id: string): Promise<void> {
  const { db } = store
  await write(db, [db.photos, db.bytes, db.drafts], async () => {
    const rows = await db.photos.where({ person }).filter((row) => row.drafts.includes(id)).toArray()
    for (const of of new Set(rows.map((row) => row.of))) await dropFile(store, person, id, of)
    await db.drafts.delete(id)
  })
}

/** Puts photographs that the phone still holds into a draft: the correction of a refused operation shows them again. */
export async function holdInDraft<T>(store: Store, person: string, draft: StoredDraft<T>, originals: readonly string[]): Promise<void> {
  const { db, seal } = store
  const row = { id: draft.id, person, at: draft.at, sealed: await seal.closeText(person, 'own', placeOf(draft.id), JSON.stringify(draft.fields)) }
  const named = new Set(originals)
  await write(db, [db.photos, db.drafts], async () => {
    await db.photos.where({ person }).filter((photo) => named.has(photo.of)).modify((photo) => {
      Object.assign(photo, { drafts: [...photo.drafts.filter((id) => id !== draft.id), draft.id] })
    })
    await db.drafts.put(row)
  })
}
