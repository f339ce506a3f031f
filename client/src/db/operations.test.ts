import 'fake-indexeddb/auto'
import { addToDraft, keepDraft, openDraft } from './drafts'
import { type Compose, loadOperations, openOperation, repairSignatures, saveOperation, type Saving } from './operations'
import { dropOld, keepAsOwn } from './tidy'
import { photosToSend } from './photos'
import { keepAnswers, keepHeld, keepKnown } from './receipts'
import { addReplica } from './replicas'
import { reissue } from './reissue'
import { openStore, type Store } from './store'
import { refusedOperations } from './summary'

let count = 0
const person = 'person-1'
const pair = () => crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, false, ['sign', 'verify'])

async function opened(name = `operations ${count++}`): Promise<Store> {
  const store = await openStore(name)
  await addReplica(store, person, { id: 'replica', keys: await pair(), key: 'spki' }, 1)
  return store
}

const compose: Compose = async ({ replica, counter, prev }) => {
  return { text: `${replica} ${counter} after ${prev}`, hash: `hash of ${replica} ${counter}`, signature: `signature ${counter}` }
}
const saving = (fields: Partial<Saving> = {}): Saving => ({ person, caseId: 'case', now: 10, photos: [], draft: '', ...fields })
const answer = (counter: number, fields = {}) => ({
  counter, hash: `hash of replica ${counter}`, seq: counter, epoch: 'e', outcome: 'applied' as const, mac: 'm', ...fields,
})

test('L3: two pages that save at once make 1, 2, 3 … without hole or double, each chained to the one before', async () => {
  const name = `operations ${count++}`
  const [one, two] = [await opened(name), await openStore(name)]
  const composed: number[] = []
  const slowly: Compose = async (link, keys) => {
    composed.push(link.counter)
    return compose(link, keys)
  }
  const saved = await Promise.all(Array.from({ length: 12 }, (_, i) => saveOperation(i % 2 ? one : two, saving(), slowly)))
  expect(saved.map((one) => one.counter).sort((a, b) => a - b)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12])
  expect(composed.length).toBeGreaterThan(12)
  const rows = await loadOperations(one, 'replica', 1, 20)
  expect(rows.map((row) => row.text)).toEqual(rows.map((_, i) => `replica ${i + 1} after ${i === 0 ? '' : `hash of replica ${i}`}`))
  expect(await one.db.replicas.get('replica')).toMatchObject({ counter: 12, lastHash: 'hash of replica 12', oldest: 1 })
})

test('L3: a draft that is saved twice, by two taps or two pages, is one operation with one answer', async () => {
  const name = `operations ${count++}`
  const [one, two] = [await opened(name), await openStore(name)]
  await keepDraft(one, person, { id: 'draft', at: 1, fields: {} })
  const saved = await Promise.all([saveOperation(one, saving({ draft: 'draft' }), compose), saveOperation(two, saving({ draft: 'draft' }), compose)])
  expect(saved.map((each) => each.counter)).toEqual([1, 1])
  expect(saved.map((each) => each.again).sort()).toEqual([false, true])
  expect(await one.db.operations.count()).toBe(1)
})

test('L3: a late autosave does not bring a saved draft back', async () => {
  const store = await opened()
  await saveOperation(store, saving({ draft: 'draft' }), compose)
  await keepDraft(store, person, { id: 'draft', at: 1, fields: {} })
  expect(await openDraft(store, person, 'draft')).toBeNull()
})

test('R40: what was saved without a signature is not sent before it is made', async () => {
  const store = await opened()
  await saveOperation(store, saving(), compose)
  await saveOperation(store, saving(), async (link, keys) => ({ ...(await compose(link, keys)), signature: '' }))
  expect((await loadOperations(store, 'replica', 1, 20)).map((row) => row.counter)).toEqual([1])
  expect(await repairSignatures(store, async (_, hash) => `signed ${hash}`)).toBe(1)
  expect((await loadOperations(store, 'replica', 1, 20)).map((row) => row.signature)).toEqual(['signature 1', 'signed hash of replica 2'])
})

test('rows behind a hole are not handed out with those before it', async () => {
  const store = await opened()
  for (let i = 0; i < 4; i++) await saveOperation(store, saving(), compose)
  await store.db.operations.delete(['replica', 3])
  expect((await loadOperations(store, 'replica', 1, 20)).map((row) => row.counter)).toEqual([1, 2])
  expect((await loadOperations(store, 'replica', 3, 20)).map((row) => row.counter)).toEqual([4])
})

test('L9: photos may go when the operation that names them is acknowledged, not before', async () => {
  const store = await opened()
  const bytes = new ArrayBuffer(4)
  const files = [{ hash: 'o', kind: 'original' as const, of: 'o', type: 'image/jpeg', bytes }, { hash: 'p', kind: 'preview' as const, of: 'o', type: 'image/jpeg', bytes }]
  await addToDraft(store, person, { id: 'draft', at: 1, fields: {} }, files)
  await saveOperation(store, saving({ draft: 'draft', photos: ['o'] }), compose)
  const stages = async () => (await store.db.photos.toArray()).map((row) => row.stage)
  expect(await stages()).toEqual(['waiting', 'waiting'])
  await keepAnswers(store, 'replica', [answer(1, { hash: 'another' })])
  expect(await stages()).toEqual(['waiting', 'waiting'])
  expect(await photosToSend(store)).toEqual([])
  await keepAnswers(store, 'replica', [answer(1)])
  expect(await stages()).toEqual(['named', 'named'])
  expect((await photosToSend(store)).map((row) => row.hash)).toEqual(['p', 'o'])
})

test('L6: photos of a refused operation stay, and go with its correction', async () => {
  const store = await opened()
  const file = { hash: 'o', kind: 'original' as const, of: 'o', type: 'image/jpeg', bytes: new ArrayBuffer(4) }
  await addToDraft(store, person, { id: 'draft', at: 1, fields: {} }, [file])
  await saveOperation(store, saving({ draft: 'draft', photos: ['o'] }), compose)
  await keepAnswers(store, 'replica', [answer(1, { outcome: 'refused', fault: 'category.unknown', seq: 0 })])
  expect(await store.db.photos.get([person, 'o'])).toMatchObject({ stage: 'refused', held: true })
  expect(await refusedOperations(store, person)).toHaveLength(1)
  await saveOperation(store, saving({ photos: ['o'], corrects: { replica: 'replica', counter: 1 } }), compose)
  expect(await store.db.photos.get([person, 'o'])).toMatchObject({ stage: 'waiting', counter: 2 })
  expect(await refusedOperations(store, person)).toEqual([])
})

test('a server that was restored has what it lost sent again, photos that are still here included', async () => {
  const store = await opened()
  const file = { hash: 'o', kind: 'original' as const, of: 'o', type: 'image/jpeg', bytes: new ArrayBuffer(4) }
  await addToDraft(store, person, { id: 'draft', at: 1, fields: {} }, [file])
  await saveOperation(store, saving(), compose)
  await saveOperation(store, saving({ draft: 'draft', photos: ['o'] }), compose)
  await keepAnswers(store, 'replica', [answer(1), answer(2)])
  await keepHeld(store, person, ['o'], [])
  await keepAsOwn(store, person)
  await keepKnown(store, [{ replica: 'replica', counter: 1, hash: 'hash of replica 1', backedUp: 1 }])
  expect(await store.db.replicas.get('replica')).toMatchObject({ acked: 1, ackedHash: 'hash of replica 1', backedUp: 1 })
  expect((await loadOperations(store, 'replica', 2, 20)).map((row) => row.text)).toEqual(['replica 2 after hash of replica 1'])
  expect(await store.db.photos.get([person, 'o'])).toMatchObject({ stage: 'waiting' })
  await keepKnown(store, [{ replica: 'replica', counter: 0, backedUp: 0, fault: 'replica.revoked' }])
  expect(await store.db.replicas.get('replica')).toMatchObject({ acked: 1, fault: 'replica.revoked' })
})

test('L3, R45: what a restored server lost goes again with the receipts of before, also where it does not know the replica', async () => {
  const store = await opened()
  for (let i = 0; i < 3; i++) await saveOperation(store, saving(), compose)
  await keepAnswers(store, 'replica', [answer(1), answer(2)])
  await keepKnown(store, [{ replica: 'replica', counter: 1, hash: 'hash of replica 1', backedUp: 0 }])
  expect((await loadOperations(store, 'replica', 2, 20)).map((row) => row.receipt)).toEqual([answer(2), undefined])
  await keepAnswers(store, 'replica', [answer(2)])
  await keepKnown(store, [{ replica: 'replica', counter: 0, backedUp: 0, fault: 'replica.unknown' }])
  expect(await store.db.replicas.get('replica')).toMatchObject({ acked: 0, enrolled: false })
  expect((await loadOperations(store, 'replica', 1, 20)).map((row) => row.receipt)).toEqual([answer(1), answer(2), undefined])
  expect(await store.db.operations.where({ state: 'waiting' }).count()).toBe(3)
})

test('L3, R21: a reissue asked for twice, with something saved in between, loses and doubles nothing', async () => {
  const store = await opened()
  for (let i = 0; i < 3; i++) await saveOperation(store, saving({ caseId: `case ${i}` }), compose)
  await keepAnswers(store, 'replica', [answer(1)])
  let late = false
  const recompose = async (_: unknown, text: string, link: Parameters<Compose>[0], keys: CryptoKeyPair) => {
    if (!late) {
      late = true
      await saveOperation(store, saving({ caseId: 'case 3' }), compose)
    }
    return { ...(await compose(link, keys)), text: `${text} again` }
  }
  const identity = { id: 'successor', keys: await pair(), key: 'spki 2' }
  const chain = await reissue(store, 'replica', 1, identity, 20, recompose)
  expect(chain).toMatchObject({ replica: 'successor', oldest: 1, last: 3, acked: 0 })
  expect(await reissue(store, 'replica', 1, { ...identity, id: 'third' }, 21, recompose)).toEqual(chain)
  const rows = await store.db.operations.toArray()
  expect(rows.map((row) => [row.replica, row.counter, row.caseId]).sort()).toEqual([
    ['replica', 1, 'case 0'], ['successor', 1, 'case 1'], ['successor', 2, 'case 2'], ['successor', 3, 'case 3'],
  ])
  expect(await openOperation(store, rows.find((row) => row.replica === 'successor')!)).toContain(' again')
})

test('L6, R41: what is older than it must be kept goes from the front; refused and unsent operations stay', async () => {
  const store = await opened()
  for (let i = 1; i <= 5; i++) await saveOperation(store, saving({ now: i * 100 }), compose)
  await keepAnswers(store, 'replica', [answer(1), answer(2), answer(3, { outcome: 'refused', fault: 'category.unknown' }), answer(4)])
  await dropOld(store, person, 1000)
  expect((await store.db.operations.toArray()).map((row) => row.counter)).toEqual([3, 4, 5])
  expect(await store.db.replicas.get('replica')).toMatchObject({ oldest: 3, counter: 5, acked: 4 })
})

test('acknowledged operations go under their person\'s own key and can still be read', async () => {
  const store = await opened()
  await saveOperation(store, saving(), compose)
  await saveOperation(store, saving(), compose)
  await keepAnswers(store, 'replica', [answer(1)])
  await keepAsOwn(store, person)
  const rows = await store.db.operations.toArray()
  expect(rows.map((row) => row.purpose)).toEqual(['own', 'delivery'])
  expect(await Promise.all(rows.map((row) => openOperation(store, row)))).toEqual(['replica 1 after ', 'replica 2 after hash of replica 1'])
})
