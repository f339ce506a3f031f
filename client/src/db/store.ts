import { liveQuery } from 'dexie'
import { Database, read } from './database'
import { Seal, type Unlock } from './seal'

/** The phone's storage: the tables and the door into them. */
export interface Store {
  readonly db: Database
  readonly seal: Seal
}

/** Opens the phone's storage; every page of the origin opens the same. */
export async function openStore(name = 'buxun', unlock: Unlock = () => Promise.reject(new Error('locked'))): Promise<Store> {
  const db = new Database(name)
  await read(db, () => db.open())
  return { db, seal: new Seal(db, unlock) }
}

/** Calls `show` with what `ask` reads, now and whenever any page changed what it read; returns the end of it. */
export function watch<T>(store: Store, ask: () => Promise<T>, show: (found: T) => void, failed: (error: unknown) => void): () => void {
  const subscription = liveQuery(() => read(store.db, ask)).subscribe(show, failed)
  return () => subscription.unsubscribe()
}
