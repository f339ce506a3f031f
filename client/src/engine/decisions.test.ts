import 'fake-indexeddb/auto'
import { parseBody } from '@shared/body'
import { Fault } from '@shared/fault'
import { summarize } from '../db/summary'
import { manyMs, manyUntil, undoMs } from './decisions'
import { Centre, Hand, openPage, Pages, people } from './rig'
import type { Intent, Phone } from './phone'

let count = 0
const fresh = () => `decisions ${count++}`
const caseOf = (n: number) => `01900000-0000-7000-8000-00000000000${n}`
const filing = (n: number): Intent => ({ case: caseOf(n), action: 'file', payload: {}, seen: n, taxonomy: 't1' })
const leader = people.leader.id

async function signedIn(parts: Partial<Parameters<typeof openPage>[0]> = {}) {
  const world = new Hand()
  const centre = new Centre(world)
  const phone = await openPage({ name: fresh(), world, centre, ...parts })
  await phone.start()
  await phone.signIn('l6', 'secret')
  await vi.waitFor(() => expect(phone.status.value).toMatchObject({ link: 'live', pulling: false }))
  return { world, centre, phone }
}

const bodies = (centre: Centre) => [...centre.kept.values()].flat().map((text) => parseBody(text))
const kept = (phone: Phone) => phone.store.db.decisions.toArray()
const made = (phone: Phone) => phone.store.db.operations.toArray()
const light = (phone: Phone) => summarize(phone.store, leader)

afterEach(() => vi.restoreAllMocks())

test('L1: a decision is in strict storage before it is called stored, sealed, and goes after five seconds as it was made', async () => {
  const asked = vi.spyOn(IDBDatabase.prototype, 'transaction')
  const { world, centre, phone } = await signedIn()
  await phone.undo((await phone.decide(filing(9))).id) // the key is made
  asked.mockClear()
  const at = world.wall()
  await phone.decide(filing(1))
  const writes = asked.mock.calls.filter(([, mode]) => mode === 'readwrite')
  expect(writes.map(([tables]) => tables)).toEqual([['decisions']])
  for (const [, , options] of writes) expect(options).toMatchObject({ durability: 'strict' })
  const [row] = await kept(phone)
  expect(row).toMatchObject({ caseId: caseOf(1), person: leader, madeAt: at, fireAt: at + undoMs })
  expect(new TextDecoder().decode(row!.sealed.data)).not.toContain('file')
  world.pass(undoMs - 1)
  expect([bodies(centre), await made(phone)]).toEqual([[], []])
  world.pass(1)
  await vi.waitFor(() => expect(bodies(centre)).toHaveLength(1))
  expect(bodies(centre)[0]).toMatchObject({ action: 'file', case: caseOf(1), seen: 1, counter: 1, time: { device: at }, author: { id: leader } })
  expect(await kept(phone)).toEqual([])
})

test('a decision that was taken back never was one; afterwards it cannot be taken back', async () => {
  const { world, centre, phone } = await signedIn()
  const first = await phone.decide(filing(1))
  expect(await phone.undo(first.id)).toBe(true)
  expect(await phone.undo(first.id)).toBe(false)
  const second = await phone.decide(filing(2))
  world.pass(undoMs)
  await vi.waitFor(() => expect(bodies(centre).map((body) => [body.counter, body.case])).toEqual([[1, caseOf(2)]]))
  expect(await phone.undo(second.id)).toBe(false)
  expect(await kept(phone)).toEqual([])
})

test('each of several decisions has its own five seconds, and they keep their order', async () => {
  const { world, centre, phone } = await signedIn()
  for (const n of [1, 2, 3]) {
    await phone.decide(filing(n))
    world.pass(2_000)
  }
  await vi.waitFor(() => expect(bodies(centre).map((body) => body.case)).toEqual([caseOf(1)]))
  expect((await kept(phone)).map((row) => row.caseId).sort()).toEqual([caseOf(2), caseOf(3)])
  world.pass(4_000)
  await vi.waitFor(() => expect(bodies(centre).map((body) => body.case)).toEqual([caseOf(1), caseOf(2), caseOf(3)]))
})

test('decisions on many cases, stored one after the other, may all be taken back until one time and go then', async () => {
  const { world, centre, phone } = await signedIn()
  const until = world.wall() + manyMs
  const ids: string[] = []
  for (const n of [1, 2, 3]) {
    ids.push((await phone.decide(filing(n), until)).id)
    world.pass(1_000)
  }
  expect(await phone.undo(ids[1] ?? '')).toBe(true)
  world.pass(manyMs - 3_000 - 1)
  expect([bodies(centre), await made(phone)]).toEqual([[], []])
  world.pass(1)
  await vi.waitFor(() => expect(bodies(centre).map((body) => [body.counter, body.case])).toEqual([[1, caseOf(1)], [2, caseOf(3)]]))
})

test('one decision on many cases is taken back in one transaction, nothing else with it, and no timer is left of it', async () => {
  const asked = vi.spyOn(IDBDatabase.prototype, 'transaction')
  const { world, centre, phone } = await signedIn()
  const until = world.wall() + manyMs
  for (const n of [1, 2]) await phone.decide(filing(n), until)
  await phone.decide(filing(3))
  const other = { ...(await kept(phone))[0]!, id: 'of another person', person: people.first.id }
  await phone.store.db.decisions.add(other)
  asked.mockClear()
  expect([...(await phone.undoTogether(until))].sort()).toEqual([caseOf(1), caseOf(2)])
  expect(asked.mock.calls.filter(([, mode]) => mode === 'readwrite')).toHaveLength(1)
  expect((await kept(phone)).map((row) => row.caseId + row.person).sort()).toEqual([caseOf(3) + leader, other.caseId + other.person].sort())
  expect(phone.undoable.value).toBe(1)
  expect(await phone.undoTogether(until)).toEqual([])
  await phone.store.db.decisions.delete(other.id)
  world.pass(manyMs)
  await vi.waitFor(() => expect(bodies(centre).map((body) => body.case)).toEqual([caseOf(3)]))
})

test('however many cases one decision is on, none goes before the last is stored and there was time to take all back', async () => {
  const { world, phone } = await signedIn()
  const cases = 150
  const until = manyUntil(world.wall(), cases)
  for (let n = 0; n < cases; n++) {
    await phone.decide({ ...filing(1), case: `01900000-0000-7000-8000-${String(n).padStart(12, '0')}` }, until)
    world.pass(90)
  }
  world.pass(manyMs)
  expect([(await kept(phone)).length, await made(phone)]).toEqual([cases, []])
})

test('L1: what a killed page left becomes an operation at the next start, once', async () => {
  const name = fresh()
  const { world, centre, phone } = await signedIn({ name })
  centre.reachable = false
  centre.cut()
  await phone.decide(filing(1))
  world.forget()
  world.pass(60_000)
  expect(await made(phone)).toEqual([])
  const again = await openPage({ name, world, centre })
  centre.reachable = true
  await again.start()
  world.pass(0)
  await vi.waitFor(() => expect(bodies(centre).map((body) => body.case)).toEqual([caseOf(1)]))
  const third = await openPage({ name, world, centre })
  await third.start()
  world.pass(undoMs)
  await vi.waitFor(async () => expect((await light(third)).allSent).toBe(true))
  expect(bodies(centre)).toHaveLength(1)
})

test('a page that starts within the five seconds may still take the decision back', async () => {
  const name = fresh()
  const { world, centre, phone } = await signedIn({ name })
  const decision = await phone.decide(filing(1))
  world.forget()
  world.pass(2_000)
  const again = await openPage({ name, world, centre })
  await again.start()
  world.pass(2_999)
  expect(await made(again)).toEqual([])
  expect(await again.undo(decision.id)).toBe(true)
  world.pass(undoMs)
  expect([bodies(centre), await made(again), await kept(again)]).toEqual([[], [], []])
})

test('L3: of two pages that both wait for it one makes the operation', async () => {
  const name = fresh()
  const pages = new Pages()
  const { world, centre, phone } = await signedIn({ name, pages })
  const other = await openPage({ name, world, centre, pages })
  await other.start()
  const look = vi.spyOn(other.store.db.decisions, 'toArray')
  await phone.decide(filing(1))
  await vi.waitFor(() => expect(look).toHaveBeenCalled())
  await vi.waitFor(() => expect(world.waiting(undoMs)).toBe(2))
  world.pass(undoMs)
  await vi.waitFor(() => expect(bodies(centre)).toHaveLength(1))
  await vi.waitFor(async () => expect((await light(phone)).allSent).toBe(true))
  expect((await made(phone)).map((row) => row.counter)).toEqual([1])
})

test('L3: a decision is taken back or goes, never both, however close the two come', async () => {
  const outcomes = new Set<boolean>()
  for (let turns = 0; turns < 120 && !outcomes.has(false); turns += 5) {
    const { world, centre, phone } = await signedIn()
    const { id } = await phone.decide(filing(1))
    // Composing takes several turns of the event loop: the undo lands somewhere within.
    world.pass(undoMs)
    for (let turn = 0; turn < turns; turn++) await phone.store.db.meta.get('nothing')
    const undone = await phone.undo(id)
    outcomes.add(undone)
    await vi.waitFor(async () => expect(await kept(phone)).toEqual([]))
    if (!undone) await vi.waitFor(() => expect(bodies(centre)).toHaveLength(1))
    await phone.settle()
    expect((await made(phone)).length).toBe(undone ? 0 : 1)
    await phone.signOut()
  }
  expect([...outcomes].sort()).toEqual([false, true])
})

test('signing out does not wait: what was decided goes, under its own author', async () => {
  const { centre, phone } = await signedIn()
  centre.reachable = false
  centre.cut()
  await phone.decide(filing(1))
  await phone.signOut()
  expect([(await kept(phone)).length, (await made(phone)).map((row) => row.person)]).toEqual([0, [leader]])
  centre.reachable = true
  await phone.signIn('c601', 'secret')
  await vi.waitFor(() => expect(bodies(centre).map((body) => body.author.id)).toEqual([leader]))
})

test("L1: a decision whose page was killed goes while a colleague is signed in, and is not the colleague's", async () => {
  const name = fresh()
  const { world, centre, phone } = await signedIn({ name })
  await phone.decide(filing(1))
  world.forget()
  await phone.store.db.meta.put({ name: 'person', value: null })
  const next = await openPage({ name, world, centre })
  await next.start()
  await next.signIn('c601', 'secret')
  expect((await summarize(next.store, people.first.id)).others).toMatchObject({ people: 1, records: 1 })
  world.pass(undoMs)
  await vi.waitFor(() => expect(bodies(centre).map((body) => body.author.id)).toEqual([leader]))
})

test('L13: while a decision may be taken back nothing is called sent, and it counts as waiting', async () => {
  const { world, phone } = await signedIn()
  await vi.waitFor(async () => expect((await light(phone)).allSent).toBe(true))
  await phone.decide(filing(1))
  expect(await light(phone)).toMatchObject({ allSent: false, records: 1 })
  expect(await summarize(phone.store, 'person-1')).toMatchObject({ others: { people: 1, records: 1 } })
  world.pass(undoMs)
  const seen: boolean[] = []
  await vi.waitFor(async () => {
    const { allSent, records } = await light(phone)
    seen.push(allSent && records > 0)
    expect(allSent).toBe(true)
  })
  expect(seen).not.toContain(true)
})

test('what a person does to the case next comes behind the decision', async () => {
  const { centre, phone } = await signedIn()
  await phone.decide(filing(1))
  await phone.decide(filing(2))
  await phone.save({ case: caseOf(1), action: 'comment', payload: { words: '请尽快' }, seen: 1, taxonomy: 't1' })
  await vi.waitFor(() => expect(bodies(centre).map((body) => [body.case, body.action])).toEqual([[caseOf(1), 'file'], [caseOf(1), 'comment']]))
  expect(await kept(phone)).toHaveLength(1)
})

test('L1: where there is no room for the operation the decision stays, and is tried again', async () => {
  const { world, centre, phone } = await signedIn()
  await phone.decide(filing(1))
  const add = vi.spyOn(IDBObjectStore.prototype, 'add').mockImplementation(() => {
    throw new DOMException('full', 'QuotaExceededError')
  })
  world.pass(undoMs)
  await vi.waitFor(() => expect(phone.fault.value).toBe('storage.full'))
  await vi.waitFor(() => expect(world.waiting(undoMs)).toBeGreaterThan(0))
  expect([(await kept(phone)).length, (await made(phone)).length]).toEqual([1, 0])
  add.mockRestore()
  world.pass(undoMs)
  await vi.waitFor(() => expect(bodies(centre)).toHaveLength(1))
  expect(phone.fault.value).toBeNull()
})

test('a decision that could not be stored is none', async () => {
  const { world, phone } = await signedIn()
  vi.spyOn(IDBObjectStore.prototype, 'add').mockImplementation(() => {
    throw new DOMException('full', 'QuotaExceededError')
  })
  await expect(phone.decide(filing(1))).rejects.toBeInstanceOf(Fault)
  vi.restoreAllMocks()
  expect(await kept(phone)).toEqual([])
  world.pass(undoMs)
  expect(await made(phone)).toEqual([])
})

test('a wall clock that was set back while the page was gone keeps nothing waiting', async () => {
  const name = fresh()
  const { world, centre, phone } = await signedIn({ name })
  await phone.decide(filing(1))
  world.forget()
  world.setWall(-3 * 24 * 3_600_000)
  const again = await openPage({ name, world, centre })
  await again.start()
  world.pass(undoMs)
  await vi.waitFor(() => expect(bodies(centre)).toHaveLength(1))
})
