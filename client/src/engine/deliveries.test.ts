import 'fake-indexeddb/auto'
import { Fault } from '@shared/fault'
import { addToDraft } from '../db/drafts'
import { saveOperation } from '../db/operations'
import { keepAnswers } from '../db/receipts'
import { addReplica } from '../db/replicas'
import { openStore, type Store } from '../db/store'
import { summarize } from '../db/summary'
import type { Parcel, Receipt, Tracking } from '../net/upload'
import { Deliveries } from './deliveries'
import { Hand } from './rig'
import { newIdentity } from './signature'

let count = 0

interface Flight {
  readonly parcel: Parcel
  readonly tracking: Tracking
  readonly stallMs: number
  done(receipt?: Partial<Receipt>): void
  failed(code: string): void
}

/** A line whose every upload waits for the test's word. */
class Line {
  readonly flights: Flight[] = []
  readonly begun: string[] = []
  send = (parcel: Parcel, tracking: Tracking, signal: AbortSignal, stallMs: number): Promise<Receipt> => {
    this.begun.push(`${parcel.kind} ${parcel.hash}`)
    return new Promise((resolve, reject) => {
      signal.addEventListener('abort', () => reject(new Fault('offline', 'stopped')))
      this.flights.push({
        parcel, tracking, stallMs,
        done: (receipt = {}) => resolve({ hash: parcel.hash, state: 'here', ...receipt }),
        failed: (code) => reject(new Fault(code)),
      })
    })
  }

  /** The flight of a hash that was begun as the nth. */
  async flight(hash: string, nth = 0): Promise<Flight> {
    return vi.waitFor(() => {
      const found = this.flights.filter((one) => one.parcel.hash === hash)[nth]
      if (found === undefined) throw new Error(`no flight ${nth} of ${hash}: ${this.begun.join(', ')}`)
      return found
    })
  }
}

async function rig() {
  const store = await openStore(`deliveries ${count++}`)
  const world = new Hand()
  const line = new Line()
  const state = { pushing: false, expired: false }
  const deliveries = new Deliveries({
    store, world, send: line.send, failed: () => undefined, pushing: () => state.pushing, expired: () => (state.expired = true),
  })
  for (const person of ['person-1', 'person-2']) await addReplica(store, person, await newIdentity(1), 1)
  return { store, world, line, deliveries, state }
}

/** A record with photographs whose operation the server has. */
async function record(store: Store, name: string, photos: number, person = 'person-1', at = 1): Promise<void> {
  const originals = Array.from({ length: photos }, (_, i) => `${name}${i}`)
  const bytes = new ArrayBuffer(8)
  for (const hash of originals) {
    await addToDraft(store, person, { id: name, at, fields: {} }, [
      { hash, kind: 'original', of: hash, type: 'image/jpeg', bytes }, { hash: `small ${hash}`, kind: 'preview', of: hash, type: 'image/jpeg', bytes },
    ])
  }
  const hash = `hash ${name}`
  const saved = await saveOperation(store, { person, caseId: name, now: at, photos: originals, draft: name }, async () => ({ text: name, hash, signature: 's' }))
  await keepAnswers(store, saved.chain.replica, [{ counter: saved.counter, hash, seq: 1, epoch: 'e', outcome: 'applied', mac: 'm' }])
}

test('L9: previews of all records go before any original, of other people of the phone likewise', async () => {
  const { store, line, deliveries } = await rig()
  await record(store, 'a', 2)
  await record(store, 'b', 1, 'person-2', 2)
  deliveries.start()
  for (const hash of ['small a0', 'small a1', 'small b0']) (await line.flight(hash)).done()
  for (const hash of ['a0', 'a1', 'b0']) (await line.flight(hash)).done()
  await vi.waitFor(async () => expect((await summarize(store, 'person-1')).others.photos).toBe(0))
  // Two small ones go side by side, in either order.
  expect([...line.begun.slice(0, 2)].sort()).toEqual(['preview small a0', 'preview small a1'])
  expect(line.begun.slice(2)).toEqual(['preview small b0', 'original a0', 'original a1', 'original b0'])
  expect(await summarize(store, 'person-1')).toMatchObject({ photos: 0, allSent: true })
})

test('L9: no original begins while a record is on its way', async () => {
  const { store, line, deliveries, state } = await rig()
  await record(store, 'a', 1)
  state.pushing = true
  deliveries.start()
  ;(await line.flight('small a0')).done()
  await vi.waitFor(async () => expect((await store.db.photos.get(['person-1', 'small a0']))?.stage).toBe('sent'))
  await vi.waitFor(() => expect(deliveries.underway().size).toBe(0))
  expect(line.begun).toEqual(['preview small a0'])
  state.pushing = false
  deliveries.look()
  ;(await line.flight('a0')).done()
})

test('L9: no original goes beside a preview, though there is room for two', async () => {
  const { store, line, deliveries } = await rig()
  await record(store, 'a', 2)
  deliveries.start()
  const slow = await line.flight('small a1')
  ;(await line.flight('small a0')).done()
  await vi.waitFor(() => expect([...deliveries.underway()]).toEqual(['small a1']))
  // The place is free; what takes it is the next preview.
  await record(store, 'b', 1)
  deliveries.look()
  ;(await line.flight('small b0')).done()
  slow.done()
  await line.flight('a0')
  expect(line.begun.slice(2)).toEqual(['preview small b0', 'original a0'])
})

test('L9: a voice note waits for the records and for every preview, as an original does', async () => {
  const { store, line, deliveries, state } = await rig()
  await addToDraft(store, 'person-1', { id: 'a', at: 1, fields: {} }, [{ hash: 'said', kind: 'voice', of: 'said', type: 'audio/webm', bytes: new ArrayBuffer(8) }])
  const saved = await saveOperation(store, { person: 'person-1', caseId: 'a', now: 1, photos: ['said'], draft: 'a' }, async () => ({ text: 'a', hash: 'hash a', signature: 's' }))
  await keepAnswers(store, saved.chain.replica, [{ counter: saved.counter, hash: 'hash a', seq: 1, epoch: 'e', outcome: 'applied', mac: 'm' }])
  await record(store, 'b', 1, 'person-1', 2)
  expect(await summarize(store, 'person-1')).toMatchObject({ photos: 1, voices: 1, allSent: false })
  state.pushing = true
  deliveries.start()
  ;(await line.flight('small b0')).done()
  await vi.waitFor(() => expect(deliveries.underway().size).toBe(0))
  expect(line.begun).toEqual(['preview small b0'])
  state.pushing = false
  deliveries.look()
  ;(await line.flight('said')).done()
  ;(await line.flight('b0')).done()
  expect(line.begun.slice(1)).toEqual(['voice said', 'original b0'])
  await vi.waitFor(async () => expect(await summarize(store, 'person-1')).toMatchObject({ voices: 0, allSent: true }))
})

test('L8: a cut upload goes on at its stored address, and the proof is the author\'s', async () => {
  const { store, line, deliveries } = await rig()
  await record(store, 'a', 1)
  deliveries.start()
  ;(await line.flight('small a0')).done()
  const first = await line.flight('a0')
  expect(first.parcel).toMatchObject({ url: '', replica: (await store.db.replicas.where({ person: 'person-1' }).first())?.id })
  expect(first.parcel.proof).toMatch(/^[\w-]{86}$/)
  first.tracking.begun('/api/uploads/a0')
  await vi.waitFor(async () => expect((await store.db.photos.get(['person-1', 'a0']))?.url).toBe('/api/uploads/a0'))
  first.failed('offline')
  await vi.waitFor(() => expect(deliveries.underway().size).toBe(0))
  deliveries.wake()
  expect((await line.flight('a0', 1)).parcel.url).toBe('/api/uploads/a0')
})

test('what failed rests longer each time and is never given up', async () => {
  const { store, world, line, deliveries } = await rig()
  await record(store, 'a', 1)
  deliveries.start()
  for (let nth = 0; nth < 12; nth++) {
    ;(await line.flight('small a0', nth)).failed('offline')
    await vi.waitFor(() => expect(deliveries.underway().has('small a0')).toBe(false))
    const before = line.begun.length
    world.pass(900)
    expect(line.begun).toHaveLength(before)
    await vi.waitFor(() => {
      world.pass(60_000)
      expect(line.flights.filter((one) => one.parcel.hash === 'small a0').length).toBeGreaterThan(nth + 1)
    })
  }
})

test('a silent line is tried again at once, with more patience each time', async () => {
  const { store, line, deliveries } = await rig()
  await record(store, 'a', 1)
  deliveries.start()
  const first = await line.flight('small a0')
  first.failed('connection.silent')
  const second = await line.flight('small a0', 1)
  expect(second.stallMs).toBe(2 * first.stallMs)
})

test('L8: bytes that came spoiled begin anew; the photo is let go only on a receipt', async () => {
  const { store, line, deliveries } = await rig()
  await record(store, 'a', 1)
  deliveries.start()
  const first = await line.flight('small a0')
  first.tracking.begun('/api/uploads/x')
  await vi.waitFor(async () => expect((await store.db.photos.get(['person-1', 'small a0']))?.url).toBe('/api/uploads/x'))
  first.failed('photo.hashMismatch')
  await vi.waitFor(async () => expect((await store.db.photos.get(['person-1', 'small a0']))?.url).toBe(''))
  expect(await store.db.photos.get(['person-1', 'small a0'])).toMatchObject({ stage: 'named', held: true })
})

test('L13: a damaged photo is shown as such, blocks nothing and is never green', async () => {
  const { store, line, deliveries } = await rig()
  await record(store, 'a', 2)
  deliveries.start()
  for (const hash of ['small a0', 'small a1']) (await line.flight(hash)).done()
  ;(await line.flight('a0')).done({ state: 'damaged' })
  ;(await line.flight('a1')).done()
  await vi.waitFor(async () => expect((await store.db.photos.get(['person-1', 'a1']))?.stage).toBe('sent'))
  expect(await store.db.photos.get(['person-1', 'a0'])).toMatchObject({ stage: 'damaged', held: true })
  expect(await summarize(store, 'person-1')).toMatchObject({ photos: 0, allSent: false })
})

test('a session that ended is noticed', async () => {
  const { store, line, deliveries, state } = await rig()
  await record(store, 'a', 1)
  deliveries.start()
  ;(await line.flight('small a0')).failed('session.missing')
  await vi.waitFor(() => expect(state.expired).toBe(true))
})

test('stopped, it leaves nothing under way', async () => {
  const { store, line, deliveries } = await rig()
  await record(store, 'a', 1)
  deliveries.start()
  await line.flight('small a0')
  deliveries.stop()
  await vi.waitFor(() => expect(deliveries.underway().size).toBe(0))
  expect(line.begun).toHaveLength(1)
})
