// The cases of each person's scope as the server sent them, and where they stand in the feed.

import type { Keep, Place } from '@sync/replica/event'
import type { Case } from '@shared/types.gen'
import { type Database, read, write } from './database'
import { heedLosses } from './photos'
import type { CaseRow } from './rows'
import type { Store } from './store'

export const placeOf = (id: string) => `case ${id}`

export async function placeInFeed({ db }: Store, person: string): Promise<Place> {
  const row = await read(db, () => db.places.get(person))
  return row === undefined ? { cursor: null, generation: 0, complete: false } : { cursor: row.cursor, generation: row.generation, complete: row.complete }
}

/** Stores a page of the feed and its place, and drops what left or was not named, except what waits to be sent (R31, R32). */
export async function keepCases(store: Store, person: string, { cases, leaves, place, dropUnnamed }: Extract<Keep, { type: 'cases' }>): Promise<void> {
  const { db, seal } = store
  const { generation, cursor } = place
  const stamp = `${generation}.${cursor?.seq ?? 0}`
  const rows: CaseRow[] = await Promise.all(
    cases.map(async (c) => ({ person, id: c.id, stamp, generation, sealed: await seal.closeText(person, 'own', placeOf(c.id), JSON.stringify(c)) })),
  )
  await write(db, [db.cases, db.places, db.operations, db.photos], async () => {
    await db.cases.bulkPut(rows)
    await heedLosses(store, person, cases)
    const named = new Set(cases.map(({ id }) => id))
    const gone = new Set([...((await db.places.get(person))?.left ?? []).filter((id) => !named.has(id)), ...leaves])
    if (dropUnnamed) {
      const unnamed = await db.cases.where({ person }).filter((row) => row.generation < generation).toArray()
      for (const { id } of unnamed) gone.add(id)
    }
    await db.places.put({ person, ...place, left: await dropGone(store, person, [...gone]) })
  })
}

/** Keeps a case that was asked for by itself, unless the feed brought it meanwhile: what the feed says is newer. */
export async function bringCase({ db, seal }: Store, person: string, c: Case): Promise<void> {
  const sealed = await seal.closeText(person, 'own', placeOf(c.id), JSON.stringify(c))
  await write(db, [db.cases, db.places], async () => {
    const { generation = 0 } = (await db.places.get(person)) ?? {}
    if ((await db.cases.get([person, c.id])) === undefined) await db.cases.put({ person, id: c.id, stamp: `${generation}.asked.${c.revision}`, generation, sealed })
  })
}

/** Drops the cases that left the scope and stayed only for what was unsent of them, once that is acknowledged. */
export async function dropLeft(store: Store, person: string): Promise<void> {
  const { db } = store
  const left = async () => (await db.places.get(person))?.left ?? []
  if ((await read(db, left)).length === 0) return
  await write(db, [db.cases, db.places, db.operations, db.photos], async () => {
    await db.places.update(person, { left: await dropGone(store, person, await left()) })
  })
}

/** Deletes what nothing waits for, and gives the ids of the others. */
async function dropGone(store: Store, person: string, gone: readonly string[]): Promise<string[]> {
  if (gone.length === 0) return []
  const unsent = await unsentCases(store, person)
  await store.db.cases.bulkDelete(gone.filter((id) => !unsent.has(id)).map((id): [string, string] => [person, id]))
  return gone.filter((id) => unsent.has(id))
}

async function unsentCases({ db }: Store, person: string): Promise<Set<string>> {
  const operations = await db.operations.where({ person, state: 'waiting' }).toArray()
  const photos = await db.photos.where('[person+stage]').anyOf([person, 'waiting'], [person, 'named']).toArray()
  return new Set([...operations, ...photos].map((row) => row.caseId))
}

/** Ids and stamps of the person's cases: what changed can be told without opening anything. */
export async function caseStamps({ db }: Store, person: string): Promise<Map<string, string>> {
  return stampsOf(await read(db, async () => stampKeys(db, person)))
}

/** For a look at several tables at once. */
export function stampKeys(db: Database, person: string): PromiseLike<unknown[]> {
  return db.cases.where('[person+id+stamp]').between([person, ''], [person, '\uffff']).keys()
}

export function stampsOf(keys: readonly unknown[]): Map<string, string> {
  return new Map((keys as [string, string, string][]).map(([, id, stamp]) => [id, stamp]))
}

export async function openCases({ db, seal }: Store, person: string, ids: readonly string[]): Promise<Map<string, Case>> {
  const rows = await read(db, () => db.cases.bulkGet(ids.map((id): [string, string] => [person, id])))
  const cases = await Promise.all(
    rows.map(async (row) => (row === undefined ? undefined : (JSON.parse(await seal.openText(person, 'own', placeOf(row.id), row.sealed)) as Case))),
  )
  return new Map(cases.flatMap((c) => (c === undefined ? [] : [[c.id, c] as const])))
}
