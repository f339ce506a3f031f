import 'fake-indexeddb/auto'
import { webcrypto } from 'node:crypto'
import { parseReceipt, reckonText, signedReceiptText } from '@shared/receipt'
import type { Outcome, Receipt, Receipted, SignedReceipt } from '@shared/types.gen'
import vectors from '@shared/vectors/receipt.json'
import { receiptOf, receiptsWanted } from '../db/accounts'
import { addToDraft } from '../db/drafts'
import { meta } from '../db/documents'
import { saveOperation } from '../db/operations'
import { makeRoom } from '../db/photos'
import { keepAnswers, keepHeld, keepKnown } from '../db/receipts'
import { addReplica } from '../db/replicas'
import { openStore, type Store } from '../db/store'
import { trimReceipts } from '../db/tidy'
import { summarize } from '../db/summary'
import type { Accountant, ReckonRequest } from '../net/accounts'
import { centreKeys, fetchReceipts, fingerprint, holds, lastReckoning, otherKey, OtherKey, reckon, takeKey } from './accounts'
import { hashOf } from './operation'

const person = 'person-1'
const replica = '0199c000-1111-7000-8000-0000000aaaaa'
const caseId = (n: number) => `0199c000-2222-7000-8000-00000000000${n}`
const photoOf = (n: number) => hashOf(`photo ${n}`)
let count = 0

/** A centre with a log, a storage of photos and a key, as far as accounts go. */
class Centre implements Accountant {
  readonly log = new Map<number, Receipted & { readonly case: string }>()
  readonly asked: ReckonRequest[] = []
  keys: { readonly pair: CryptoKeyPair; readonly key: string } | null = null
  epoch = '01990000-0000-7000-8000-00000000000e'
  change: (signed: SignedReceipt) => SignedReceipt = (signed) => signed
  now = 1_790_000_000_000

  async takeKeys(): Promise<void> {
    const pair = await webcrypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, ['sign', 'verify'])
    this.keys = { pair, key: Buffer.from(await webcrypto.subtle.exportKey('spki', pair.publicKey)).toString('base64url') }
  }

  async sign(text: string): Promise<SignedReceipt> {
    const made = await webcrypto.subtle.sign({ name: 'ECDSA', hash: 'SHA-256' }, this.keys!.pair.privateKey, new TextEncoder().encode(signedReceiptText(hashOf(text))))
    return { text, signature: Buffer.from(made).toString('base64url') }
  }

  receipts = async (cases: readonly string[]) => {
    const receipts: SignedReceipt[] = []
    for (const id of cases) {
      const operations = [...this.log.values()].filter((one) => one.case === id && one.outcome !== 'refused').map(({ case: _, ...one }) => one)
      const receipt: Receipt = { v: 1, key: fingerprint(this.keys!.key).replaceAll('-', ''), epoch: this.epoch, case: id, at: this.now, operations }
      if (operations.length > 0) receipts.push(this.change(await this.sign(JSON.stringify(receipt))))
    }
    return { key: this.keys!.key, serverTime: this.now, receipts }
  }

  reckon = async (request: ReckonRequest) => {
    this.asked.push(JSON.parse(JSON.stringify(request)) as ReckonRequest)
    const unequal: { from: number; to: number }[] = []
    const different: { counter: number; case: string; photo?: string }[] = []
    for (const { from, to, hash, claims } of request.runs) {
      const here = [...this.log.values()].filter(({ counter }) => from <= counter && counter <= to)
      if (claims === undefined && hashOf(reckonText(here)) !== hash) unequal.push({ from, to })
      for (const claim of claims ?? []) {
        const one = this.log.get(claim.counter)
        if (one?.hash !== claim.hash || one.outcome !== claim.outcome) different.push({ counter: claim.counter, case: claim.case })
        else for (const photo of claim.photos ?? []) if (!(one.photos ?? []).includes(photo)) different.push({ counter: claim.counter, case: claim.case, photo })
      }
    }
    return { key: this.keys!.key, serverTime: this.now, unequal, different }
  }
}

interface Phone {
  readonly store: Store
  readonly centre: Centre
  /** Saves a record on a case with a photo of its own; the centre takes it. */
  report(n: number, outcome?: Outcome): Promise<void>
  arrive(n: number): Promise<void>
}

async function phone(): Promise<Phone> {
  const store = await openStore(`accounts ${count++}`)
  const keys = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, false, ['sign', 'verify'])
  await addReplica(store, person, { id: replica, keys, key: '' }, 1)
  const centre = new Centre()
  await centre.takeKeys()
  return {
    store, centre,
    report: async (n, outcome = 'applied') => {
      const hash = photoOf(n)
      const file = { hash, kind: 'original' as const, of: hash, type: 'image/jpeg', bytes: new ArrayBuffer(2) }
      await addToDraft(store, person, { id: hash, at: 1, fields: {} }, [file])
      await saveOperation(store, { person, caseId: caseId(n), now: 1, photos: [hash], draft: hash }, async () => ({ text: `${n}`, hash: hashOf(`${n}`), signature: 's' }))
      centre.log.set(n, { replica, counter: n, hash: hashOf(`${n}`), outcome, case: caseId(n) })
      await keepAnswers(store, replica, [{ counter: n, hash: hashOf(`${n}`), seq: n, epoch: 'e', outcome, mac: 'm' }])
    },
    arrive: async (n) => {
      centre.log.set(n, { ...centre.log.get(n)!, photos: [photoOf(n)] })
      await keepHeld(store, person, [photoOf(n)], [])
    },
  }
}

const fetchAll = ({ store, centre }: Phone) => fetchReceipts(store, person, 5, centre)
const compare = ({ store, centre }: Phone) => reckon(store, person, 5, centre)

test.each(vectors.receipts)('R50: a receipt counts only if it reads and its signature holds: $name', async ({ text, signature, reads, holds: right }) => {
  expect((await holds({ text, signature }, vectors.key)) !== null).toBe(reads && right)
  expect(await holds({ text, signature }, vectors.otherKey)).toBe(null)
})

test('L2, L7: a receipt comes once the case is wholly at the centre, with its photo, and is kept', async () => {
  const p = await phone()
  await p.report(1)
  expect(await receiptsWanted(p.store, person)).toEqual([])
  await p.arrive(1)
  expect(await receiptsWanted(p.store, person)).toEqual([caseId(1)])
  expect(await fetchAll(p)).toBe(1)
  const kept = await receiptOf(p.store, person, caseId(1))
  expect(parseReceipt(kept?.text ?? '').operations).toEqual([{ replica, counter: 1, hash: hashOf('1'), outcome: 'applied', photos: [photoOf(1)] }])
  expect([await receiptsWanted(p.store, person), await fetchAll(p)]).toEqual([[], 0])
})

test('R50: a changed, misdirected or foreign receipt is refused', async () => {
  const p = await phone()
  await p.report(1)
  await p.arrive(1)
  const other = await phone()
  const changes: ((signed: SignedReceipt) => SignedReceipt)[] = [
    ({ text, signature }) => ({ text: text.replace('applied', 'late'), signature }),
    ({ text }) => ({ text, signature: '' }),
    ({ signature }) => ({ text: '{}', signature }),
  ]
  for (const change of changes) {
    p.centre.change = change
    expect(await fetchAll(p)).toBe(0)
  }
  p.centre.change = (signed) => signed
  const own = (await p.centre.receipts([caseId(1)])).receipts[0]!
  const foreign = await other.centre.sign(own.text)
  p.centre.change = () => foreign
  expect(await fetchAll(p)).toBe(0)
  const misdirected = await p.centre.sign(JSON.stringify({ ...parseReceipt(own.text), case: caseId(9) }))
  p.centre.change = () => misdirected
  expect(await fetchAll(p)).toBe(0)
  p.centre.change = (signed) => signed
  expect(await fetchAll(p)).toBe(1)
})

test('R50: another key of the centre is not believed until the person takes it; receipts of before go on holding', async () => {
  const p = await phone()
  await p.report(1)
  await p.arrive(1)
  await fetchAll(p)
  const first = p.centre.keys!.key
  await p.centre.takeKeys()
  await p.report(2)
  await p.arrive(2)
  await expect(fetchAll(p)).rejects.toThrow(OtherKey)
  await expect(compare(p)).rejects.toThrow(OtherKey)
  expect([(await centreKeys(p.store)).map(({ key }) => key), (await otherKey(p.store))?.key]).toEqual([[first], p.centre.keys!.key])
  expect([await receiptOf(p.store, person, caseId(2)), await lastReckoning(p.store, person)]).toEqual([undefined, null])
  await takeKey(p.store)
  expect([await fetchAll(p), await otherKey(p.store)]).toEqual([1, null])
  const old = await receiptOf(p.store, person, caseId(1))
  expect(await holds(old!, first)).not.toBe(null)
  // The one of before does not come back unasked either.
  expect(await meta(p.store, 'otherCentreKey')).toBe(null)
})

test('L13, R50: after a restore the phone still shows the receipt, and takes none that promises less', async () => {
  const p = await phone()
  await p.report(1)
  await p.arrive(1)
  await fetchAll(p)
  p.centre.log.set(1, { ...p.centre.log.get(1)!, photos: [] }) // restored to before the photo came
  p.centre.epoch = '01990000-0000-7000-8000-00000000000f'
  p.centre.now += 60_000
  // Something more was done on the case since, so that it is asked for again.
  const [row] = await p.store.db.operations.toArray()
  const hash = hashOf('2')
  await p.store.db.operations.put({ ...row!, counter: 2, hash, photos: [], answer: { ...row!.answer!, counter: 2, hash } })
  p.centre.log.set(2, { replica, counter: 2, hash, outcome: 'applied', case: caseId(1) })
  expect(await receiptsWanted(p.store, person)).toEqual([caseId(1)])
  const before = await receiptOf(p.store, person, caseId(1))
  expect(await fetchAll(p)).toBe(0)
  expect(await receiptOf(p.store, person, caseId(1))).toEqual(before)
  expect(parseReceipt(before?.text ?? '').operations[0]?.photos).toEqual([photoOf(1)])
  p.centre.log.set(1, { ...p.centre.log.get(1)!, photos: [photoOf(1)] }) // it came again
  expect(await fetchAll(p)).toBe(1)
  expect(parseReceipt((await receiptOf(p.store, person, caseId(1)))?.text ?? '').operations).toHaveLength(2)
})

test('R50: a receipt of the same case takes the place of the one of before: there is one a case', async () => {
  const p = await phone()
  await p.report(1)
  await p.arrive(1)
  await fetchAll(p)
  for (let n = 2; n <= 9; n++) {
    const [row] = await p.store.db.operations.toArray()
    const hash = hashOf(`${n}`)
    await p.store.db.operations.put({ ...row!, counter: n, hash, photos: [], answer: { ...row!.answer!, counter: n, hash } })
    p.centre.log.set(n, { replica, counter: n, hash, outcome: 'applied', case: caseId(1) })
    expect(await fetchAll(p)).toBe(1)
  }
  const kept = await p.store.db.receipts.toArray()
  expect(kept.map(({ text }) => parseReceipt(text).operations.length)).toEqual([9])
})

test('R50: receipts do not grow without end: the oldest go, never one that may still be needed', async () => {
  const p = await phone()
  for (let n = 1; n <= 8; n++) {
    await p.report(n)
    await p.arrive(n)
    p.centre.now += 1000
    await fetchAll(p)
  }
  const cases = async () => (await p.store.db.receipts.toArray()).map((row) => row.caseId).sort()
  const backedUp = (counter: number) => p.store.db.replicas.update(replica, { backedUp: counter })
  const left = (...numbers: number[]) => numbers.map(caseId)
  await backedUp(8)
  expect([await trimReceipts(p.store, person, 2), await trimReceipts(p.store, person, 99)]).toEqual([0, 0]) // its operations are still here
  await p.store.db.operations.filter(({ counter }) => counter < 8).delete() // thirty days later
  await p.store.db.photos.where({ person, hash: photoOf(1) }).modify({ stage: 'lost' })
  await backedUp(5)
  // 1 is of a photo that the centre lost, 6 and 7 are in no proven backup, 8 is still held.
  expect(await trimReceipts(p.store, person, 6)).toBe(2)
  expect(await cases()).toEqual(left(1, 4, 5, 6, 7, 8))
  expect(await trimReceipts(p.store, person, 2)).toBe(2)
  expect(await cases()).toEqual(left(1, 6, 7, 8))
  await backedUp(8)
  expect(await trimReceipts(p.store, person, 3)).toBe(1)
  expect(await cases()).toEqual(left(1, 7, 8))
  // What went is not fetched again.
  expect(await fetchAll(p)).toBe(0)
})

test('L13, R51: both ends hold the same: one small request, and nothing differs', async () => {
  const p = await phone()
  for (let n = 1; n <= 9; n++) {
    await p.report(n, n === 4 ? 'refused' : 'applied')
    if (n < 8 && n !== 4) await p.arrive(n)
  }
  expect(await compare(p)).toMatchObject({ at: p.centre.now, records: 9, photos: 6, differences: [] })
  expect(p.centre.asked).toHaveLength(1)
  expect(p.centre.asked[0]?.runs).toHaveLength(1)
  expect(p.centre.asked[0]).toMatchObject({ replica, records: 9, photos: 6 })
})

test('L8, L13, R51: a photo that came after the backup that the centre was restored from is found, and goes again', async () => {
  const p = await phone()
  for (const n of [1, 2, 3]) {
    await p.report(n)
    await p.arrive(n)
  }
  expect((await summarize(p.store, person)).allSent).toBe(true)
  await makeRoomFor(p.store, photoOf(3))
  for (const n of [2, 3]) p.centre.log.set(n, { ...p.centre.log.get(n)!, photos: [] })
  const { differences } = await compare(p)
  expect(differences).toEqual([
    { replica, counter: 2, caseId: caseId(2), photo: photoOf(2), again: true },
    { replica, counter: 3, caseId: caseId(3), photo: photoOf(3), again: false },
  ])
  expect([(await p.store.db.photos.get([person, photoOf(2)]))?.stage, (await p.store.db.photos.get([person, photoOf(3)]))?.stage]).toEqual(['named', 'lost'])
  expect(await summarize(p.store, person)).toMatchObject({ allSent: false, photos: 1 })
  expect(await lastReckoning(p.store, person)).toMatchObject({ differences })
  // Compared again they are claimed no more, and are told until they are back.
  expect((await compare(p)).differences).toEqual(differences)
  await p.arrive(2)
  expect((await compare(p)).differences).toEqual(differences.slice(1))
  expect(p.centre.asked[1]?.runs[0]?.claims?.map(({ counter, gonePhotos }) => [counter, gonePhotos])).toEqual([[1, undefined], [2, undefined], [3, [photoOf(3)]]])
})

test('L13, R51: a record that the centre lost and the phone let go long ago is named by its receipt', async () => {
  const p = await phone()
  for (const n of [1, 2]) {
    await p.report(n)
    await p.arrive(n)
  }
  await fetchAll(p)
  await p.store.db.operations.clear() // thirty days later
  expect((await compare(p)).differences).toEqual([])
  p.centre.log.delete(1)
  expect((await compare(p)).differences).toEqual([{ replica, counter: 1, caseId: caseId(1), photo: '', again: false }])
  expect(p.centre.asked.at(-1)?.runs[0]?.claims?.[0]).toMatchObject({ counter: 1, gone: true, photos: [photoOf(1)] })
})

test('R45, R51: what waits again after a restore is no claim', async () => {
  const p = await phone()
  for (const n of [1, 2]) {
    await p.report(n)
    await p.arrive(n)
  }
  await fetchAll(p)
  p.centre.log.delete(2)
  await keepKnown(p.store, [{ replica, counter: 1, hash: hashOf('1'), backedUp: 0 }])
  expect(await compare(p)).toMatchObject({ records: 1, photos: 1, differences: [] })
})

test('R51: many records go in runs of twenty, and only unequal ones are told in full', async () => {
  const p = await phone()
  const rows = Array.from({ length: 65 }, (_, i) => i + 1)
  for (const n of rows) p.centre.log.set(n, { replica, counter: n, hash: hashOf(`${n}`), outcome: 'applied', case: caseId(1) })
  await p.report(1)
  const [row] = await p.store.db.operations.toArray()
  await p.store.db.operations.bulkPut(rows.map((n) => ({ ...row!, counter: n, hash: hashOf(`${n}`), photos: [], caseId: caseId(1), answer: { ...row!.answer!, counter: n, hash: hashOf(`${n}`) } })))
  p.centre.log.delete(33)
  expect((await compare(p)).differences).toEqual([{ replica, counter: 33, caseId: caseId(1), photo: '', again: false }])
  expect(p.centre.asked[0]?.runs.map(({ from, to }) => [from, to])).toEqual([[1, 20], [21, 40], [41, 60], [61, 65]])
  expect(p.centre.asked).toHaveLength(2)
  expect(p.centre.asked[1]?.runs.map(({ from, to, claims }) => [from, to, claims?.length])).toEqual([[21, 40, 20]])
})

/** The phone let the bytes of one photo go. */
async function makeRoomFor(store: Store, hash: string): Promise<void> {
  const sent = await store.db.photos.where({ stage: 'sent' }).toArray()
  await store.db.photos.bulkPut(sent.map((row) => ({ ...row, drafts: row.hash === hash ? [] : ['kept'] })))
  await makeRoom(store, 1)
  await store.db.photos.where({ stage: 'sent' }).modify({ drafts: [] })
}
