import 'fake-indexeddb/auto'
import fc from 'fast-check'
import { addToDraft } from './drafts'
import { saveOperation } from './operations'
import { releasePhoto } from './photos'
import { keepAnswers, keepHeld, keepKnown } from './receipts'
import { addReplica } from './replicas'
import { openStore, type Store } from './store'
import { summarize } from './summary'

const people = ['person-1', 'person-2'] as const
let count = 0

/** What the server truly has; the light may only say what follows from it. */
interface Truth {
  made: number
  acked: number
  /** By hash: whether the server named it as held. */
  photos: Map<string, 'unsent' | 'here' | 'damaged' | 'released'>
  refusedPhotos: Set<string>
}

const step = fc.record({
  what: fc.constantFrom('save', 'photo', 'ack', 'ack', 'held', 'held', 'damage', 'release', 'refuse', 'restore'),
  who: fc.constantFrom(0, 1),
  nth: fc.nat(7),
})

test('L13: "all sent" only if every operation and every photo was acknowledged, in any order of things', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 4, maxLength: 30 }), async (steps) => {
      const store = await openStore(`summary ${count++}`)
      const truths = people.map((): Truth => ({ made: 0, acked: 0, photos: new Map(), refusedPhotos: new Set() }))
      for (const [i, person] of people.entries()) {
        const keys = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, false, ['sign', 'verify'])
        await addReplica(store, person, { id: `replica ${i}`, keys, key: '' }, 1)
      }
      for (const { what, who, nth } of steps) {
        await act(store, who, nth, what, truths[who]!)
        for (const [i, person] of people.entries()) expect((await summarize(store, person)).allSent).toBe(whole(truths[i]!))
      }
      const [mine, theirs] = [await summarize(store, people[0]), await summarize(store, people[1])]
      expect(mine.others.records).toBe(theirs.records)
      expect(mine.others.photos).toBe(theirs.photos)
      expect(mine.others.people).toBe(theirs.records + theirs.photos > 0 ? 1 : 0)
      await store.db.delete()
    }),
    { numRuns: 60 },
  )
}, 60_000)

function whole({ made, acked, photos, refusedPhotos }: Truth): boolean {
  return acked === made && refusedPhotos.size === 0 && [...photos.values()].every((state) => state === 'here' || state === 'released')
}

async function act(store: Store, who: number, nth: number, what: string, truth: Truth): Promise<void> {
  const person = people[who]!
  const replica = `replica ${who}`
  const hash = (counter: number) => `hash ${who} ${counter}`
  const photo = [...truth.photos.keys()][nth % Math.max(1, truth.photos.size)]
  const row = photo === undefined ? undefined : await store.db.photos.get([person, photo])
  switch (what) {
    case 'save':
    case 'photo': {
      const counter = truth.made + 1
      const name = `photo ${who} ${counter}`
      if (what === 'photo') {
        const file = { hash: name, kind: 'original' as const, of: name, type: 'image/jpeg', bytes: new ArrayBuffer(2) }
        await addToDraft(store, person, { id: name, at: 1, fields: {} }, [file])
      }
      const photos = what === 'photo' ? [name] : []
      await saveOperation(store, { person, caseId: 'c', now: 1, photos, draft: photos[0] ?? '' }, async () => ({ text: 't', hash: hash(counter), signature: 's' }))
      truth.made = counter
      for (const one of photos) truth.photos.set(one, 'unsent')
      return
    }
    case 'ack':
    case 'refuse': {
      const counter = truth.acked + 1
      if (counter > truth.made) return
      const refused = what === 'refuse'
      await keepAnswers(store, replica, [
        { counter, hash: hash(counter), seq: 1, epoch: 'e', outcome: refused ? 'refused' : 'applied', ...(refused && { fault: 'category.unknown' }), mac: 'm' },
      ])
      truth.acked = counter
      const name = `photo ${who} ${counter}`
      if (refused && truth.photos.get(name) === 'unsent') truth.refusedPhotos.add(name)
      return
    }
    case 'held':
    case 'damage': {
      if (photo === undefined || row?.stage !== 'named') return
      await keepHeld(store, person, what === 'held' ? [photo] : [], what === 'held' ? [] : [photo])
      truth.photos.set(photo, what === 'held' ? 'here' : 'damaged')
      return
    }
    case 'release':
      if (photo === undefined || truth.photos.get(photo) !== 'damaged') return
      await releasePhoto(store, person, photo)
      truth.photos.set(photo, 'released')
      return
    case 'restore': {
      const counter = Math.min(nth, truth.acked)
      if (counter === truth.acked) return
      await keepKnown(store, [{ replica, counter, hash: hash(counter), backedUp: 0 }])
      truth.acked = counter
      for (const [name, state] of truth.photos) {
        if (Number(name.split(' ')[2]) > counter && state !== 'released') {
          truth.photos.set(name, 'unsent')
          truth.refusedPhotos.delete(name)
        }
      }
    }
  }
}

test('L13: nothing is claimed for a chain whose rows are gone: the last counter counts, not the rows', async () => {
  const store = await openStore(`summary ${count++}`)
  const keys = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, false, ['sign', 'verify'])
  await addReplica(store, people[0], { id: 'replica', keys, key: '' }, 1)
  await saveOperation(store, { person: people[0], caseId: 'c', now: 1, photos: [], draft: '' }, async () => ({ text: 't', hash: 'h', signature: 's' }))
  await store.db.operations.clear()
  expect(await summarize(store, people[0])).toMatchObject({ records: 0, allSent: false })
})

test('L13: an answer to something else is none: the record still waits, and nothing is green', async () => {
  const store = await openStore(`summary ${count++}`)
  const keys = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, false, ['sign', 'verify'])
  await addReplica(store, people[0], { id: 'replica', keys, key: '' }, 1)
  for (const hash of ['first', 'second']) {
    await saveOperation(store, { person: people[0], caseId: 'c', now: 1, photos: [], draft: '' }, async () => ({ text: hash, hash, signature: 's' }))
  }
  const answer = (counter: number, hash: string) => ({ counter, hash, seq: counter, epoch: 'e', outcome: 'applied' as const, mac: 'm' })
  await keepAnswers(store, 'replica', [answer(1, 'first')])
  expect(await store.db.replicas.get('replica')).toMatchObject({ acked: 1 })
  await keepAnswers(store, 'replica', [answer(2, 'another')])
  expect(await summarize(store, people[0])).toMatchObject({ records: 1, allSent: false })
})

test('L13: an answer behind one that is missing does not acknowledge what is missing', async () => {
  const store = await openStore(`summary ${count++}`)
  const keys = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, false, ['sign', 'verify'])
  await addReplica(store, people[0], { id: 'replica', keys, key: '' }, 1)
  for (const hash of ['first', 'second', 'third']) {
    await saveOperation(store, { person: people[0], caseId: 'c', now: 1, photos: [], draft: '' }, async () => ({ text: hash, hash, signature: 's' }))
  }
  const answer = (counter: number, hash: string) => ({ counter, hash, seq: counter, epoch: 'e', outcome: 'applied' as const, mac: 'm' })
  await keepAnswers(store, 'replica', [answer(1, 'first')])
  await keepAnswers(store, 'replica', [answer(3, 'third')])
  expect(await store.db.replicas.get('replica')).toMatchObject({ acked: 1, ackedHash: 'first' })
  expect(await summarize(store, people[0])).toMatchObject({ records: 1, allSent: false })
  await keepAnswers(store, 'replica', [answer(2, 'second'), answer(3, 'third')])
  expect(await store.db.replicas.get('replica')).toMatchObject({ acked: 3, ackedHash: 'third' })
})
