// What takes room on this phone, and what of it may go: read from rows alone, nothing is opened.

import { read, write } from './database'
import { makeRoom } from './photos'
import type { Store } from './store'

export interface Held {
  readonly count: number
  readonly bytes: number
}

export interface Holdings {
  /** The person's drafts, with the photos in them. */
  readonly drafts: number
  readonly draftPhotos: Held
  /** Originals of all people of this phone that the centre has and that are still here. */
  readonly arrived: Held
  /** The person's cases that are kept for work out of reach. */
  readonly cases: number
  /** Pictures that were fetched for viewing. */
  readonly views: Held
}

export async function holdings({ db }: Store, person: string): Promise<Holdings> {
  const [drafts, cases, photos, views] = await read(db, () =>
    Promise.all([
      db.drafts.where({ person }).count(),
      db.cases.where('[person+id]').between([person, ''], [person, '￿']).count(),
      db.photos.where('stage').anyOf('draft', 'sent').toArray(),
      db.views.orderBy('[usedAt+size+person+name]').keys() as unknown as Promise<[number, number, string, string][]>,
    ]),
  )
  const drafted = photos.filter((row) => row.person === person && row.drafts.length > 0)
  const arrived = photos.filter((row) => row.stage === 'sent' && row.held && row.kind !== 'preview' && row.drafts.length === 0)
  const bytesOf = (rows: readonly { readonly size: number }[]) => rows.reduce((sum, row) => sum + row.size, 0)
  return {
    drafts,
    draftPhotos: { count: drafted.filter((row) => row.kind === 'original').length, bytes: bytesOf(drafted) },
    arrived: { count: arrived.filter((row) => row.kind === 'original').length, bytes: bytesOf(arrived) },
    cases,
    views: { count: views.length, bytes: views.reduce((sum, [, size]) => sum + size, 0) },
  }
}

/** Lets go of everything that the centre has too: originals and voice notes that arrived, and pictures that were only looked at. Gives the bytes. */
export async function letGo(store: Store): Promise<number> {
  const { db } = store
  const keys = (await read(db, () => db.views.orderBy('[usedAt+size+person+name]').keys())) as unknown as [number, number, string, string][]
  const freed = await makeRoom(store, Infinity)
  await write(db, [db.views], () => db.views.bulkDelete(keys.map(([, , person, name]): [string, string] => [person, name])))
  return freed + keys.reduce((sum, [, size]) => sum + size, 0)
}
