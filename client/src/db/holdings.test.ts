import 'fake-indexeddb/auto'
import { addToDraft } from './drafts'
import { keepView } from './documents'
import { holdings, letGo } from './holdings'
import { openFile } from './photos'
import type { PhotoStage } from './rows'
import { openStore, type Store } from './store'

let made = 0
const open = () => openStore(`holdings ${made++}`)
const bytesOf = (count: number) => new Uint8Array(count).fill(7).buffer

/** A photo of so many bytes as if it had come to that stage. */
async function put(store: Store, person: string, hash: string, size: number, stage: PhotoStage): Promise<void> {
  await addToDraft(store, person, { id: `d ${hash}`, at: 1, fields: {} }, [{ hash, kind: 'original', of: hash, type: 'image/jpeg', bytes: bytesOf(size) }])
  if (stage === 'draft') return
  await store.db.photos.update([person, hash], { stage, drafts: [] })
  await store.db.drafts.delete(`d ${hash}`)
}

test('it counts what takes room, by what it is for', async () => {
  const store = await open()
  await put(store, 'one', 'a', 10, 'draft')
  await put(store, 'one', 'b', 20, 'sent')
  await put(store, 'two', 'c', 40, 'sent')
  await put(store, 'two', 'd', 80, 'draft')
  await put(store, 'one', 'e', 160, 'named')
  await keepView(store, 'one', 'picture', new Blob([bytesOf(5)]), 1, 1000)
  await store.db.cases.put({ person: 'one', id: 'c1', stamp: '1', generation: 1, sealed: { iv: new Uint8Array(1), data: bytesOf(1) } })
  expect(await holdings(store, 'one')).toEqual({
    drafts: 1, draftPhotos: { count: 1, bytes: 10 }, arrived: { count: 2, bytes: 60 }, cases: 1, views: { count: 1, bytes: 5 },
  })
})

test('L8: letting go touches only what the centre has', async () => {
  const store = await open()
  await put(store, 'one', 'a', 10, 'draft')
  await put(store, 'one', 'b', 20, 'sent')
  for (const [hash, stage] of [['c', 'waiting'], ['d', 'named'], ['e', 'refused'], ['f', 'damaged']] as const) await put(store, 'one', hash, 10, stage)
  await keepView(store, 'one', 'picture', new Blob([bytesOf(5)]), 1, 1000)
  expect(await letGo(store)).toBe(25)
  expect(await openFile(store, 'one', 'b')).toBeNull()
  for (const hash of ['a', 'c', 'd', 'e', 'f']) expect(await openFile(store, 'one', hash)).not.toBeNull()
  expect(await letGo(store)).toBe(0)
})
