import 'fake-indexeddb/auto'
import { addToDraft } from '../db/drafts'
import { keepMeta, meta } from '../db/documents'

import type { Owed } from '../db/wipe'
import { leave, tellWiped } from './leaving'
import { Centre, Hand, openPage, people } from './rig'

const rows = async (phone: Awaited<ReturnType<typeof openPage>>) => {
  const { db } = phone.store
  const tables = [db.keys, db.replicas, db.operations, db.photos, db.bytes, db.cases, db.drafts, db.decisions, db.documents, db.views, db.places]
  return (await Promise.all(tables.map((table) => table.toArray()))).flat() as { person: string }[]
}

async function filed(name: string) {
  const world = new Hand()
  const centre = new Centre(world)
  const phone = await openPage({ name, world, centre })
  await phone.start()
  await phone.signIn('c601', 'secret')
  centre.answering = false
  const draft = phone.newId()
  const file = { hash: 'a'.repeat(64), kind: 'original', of: 'a'.repeat(64), type: 'image/jpeg', bytes: new ArrayBuffer(8) } as const
  await addToDraft(phone.store, people.first.id, { id: draft, at: 1, fields: {} }, [file])
  await phone.save({ case: phone.newId(), action: 'report', payload: { category: 'a|matter|1' }, seen: 0, taxonomy: 't1' })
  const [replica = ''] = (await phone.store.db.replicas.where({ person: people.first.id }).primaryKeys())
  return { phone, centre, replica }
}

test('ask 13: nothing is forgotten while something waits to be delivered, then everything of that person and nothing of others', async () => {
  const { phone, replica } = await filed('leaving one')
  const { store } = phone
  await store.db.operations.toCollection().modify({ state: 'waiting' })
  await store.db.drafts.add({ id: 'other', person: 'somebody else', at: 1, sealed: await store.seal.closeText('somebody else', 'own', 'x', 'y') })
  const seen: string[] = []
  const page = { channel: { post: (word: { type: string }) => seen.push(word.type) }, away: (to: string) => seen.push(to) }
  const go = () => leave(store, [replica], people.first.id, () => seen.push('stop'), page, async ({ replica: said }) => void seen.push(said))
  expect(await go()).toEqual([])
  expect((await rows(phone)).some((row) => row.person === people.first.id)).toBe(true)
  await store.db.operations.toCollection().modify({ state: 'applied' })
  await store.db.photos.toCollection().modify({ stage: 'named' })
  expect(await go()).toEqual([])
  await store.db.photos.toCollection().modify({ stage: 'sent' })
  expect(await go()).toEqual([people.first.id])
  expect(seen).toEqual(['stop', replica, 'session', '/?revoked'])
  expect(new Set((await rows(phone)).map((row) => row.person))).toEqual(new Set(['somebody else']))
  expect(await meta(store, 'person')).toBeNull()
  expect(await go()).toEqual([])
})

test('ask 13: what the server did not hear of a wipe stays owed', async () => {
  const { phone } = await filed('leaving two')
  const { store } = phone
  await keepMeta(store, 'owesWiped', [{ replica: 'first', proof: 'p' }, { replica: 'second', proof: 'q' }])
  const said: string[] = []
  const broken = tellWiped(store, async ({ replica }: Owed) => {
    if (replica === 'second') throw new Error('offline')
    said.push(replica)
  })
  await expect(broken).rejects.toThrow('offline')
  expect(await meta(store, 'owesWiped')).toEqual([{ replica: 'second', proof: 'q' }])
  await tellWiped(store, async ({ replica }) => void said.push(replica))
  expect(said).toEqual(['first', 'second'])
  expect(await meta(store, 'owesWiped')).toBeNull()
})
