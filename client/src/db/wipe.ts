// What a revoked phone forgets: everything of its person. What other people left here stays sealed until it was delivered.

import { write } from './database'
import { onTheWay } from './rows'
import type { Store } from './store'

/** What a wiped phone still has to say, until the server heard it. */
export interface Owed {
  readonly replica: string
  readonly proof: string
}

/**
 * Forgets all of a person's in one strict transaction, and notes what is to be told of it. False, and nothing is forgotten,
 * while something waits to be delivered.
 */
export function wipePerson({ db }: Store, person: string, owed: Owed | null): Promise<boolean> {
  const tables = [db.keys, db.replicas, db.operations, db.photos, db.bytes, db.cases, db.drafts, db.decisions, db.documents, db.views, db.places, db.receipts, db.meta]
  return write(db, tables, async () => {
    const waiting = await db.operations.where({ person, state: 'waiting' }).count()
    const going = await db.photos.where({ person }).filter(({ stage }) => onTheWay.includes(stage)).count()
    const decided = await db.decisions.where({ person }).count()
    if (waiting + going + decided > 0) return false
    for (const table of [db.replicas, db.operations, db.drafts, db.decisions, db.places]) await table.where({ person }).delete()
    for (const table of [db.keys, db.photos, db.bytes, db.cases, db.documents, db.receipts]) {
      const own = (await table.toCollection().primaryKeys()).filter(([of]) => of === person)
      await table.bulkDelete(own as never[])
    }
    const views = (await db.views.toCollection().primaryKeys()).filter(([of]) => of === person)
    await db.views.bulkDelete(views)
    if ((await db.meta.get('person'))?.value === person) await db.meta.put({ name: 'person', value: null })
    if (owed === null) return true
    const before = ((await db.meta.get('owesWiped'))?.value ?? []) as readonly Owed[]
    await db.meta.put({ name: 'owesWiped', value: [...before, owed] })
    return true
  })
}
