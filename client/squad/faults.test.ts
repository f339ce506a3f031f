// Ask 1 and its kin: whatever comes between a phone and the centre, what was saved is on the server or still on the phone,
// byte for byte, and in the end on the server, once.
import 'fake-indexeddb/auto'
import { createHash } from 'node:crypto'
import { parseBody } from '@shared/body'
import { faultCode } from '@shared/fault'
import { Random } from '@sync/sim/random'
import { addToDraft } from '../src/db/drafts'
import { openStore } from '../src/db/store'
import { summarize } from '../src/db/summary'
import { account } from '../src/net/account'
import { sender } from '../src/net/upload'
import { Between, type Mishap, mishaps } from './between'
import { hashOf } from '../src/engine/operation'
import { Phone } from '../src/engine/phone'
import { Centre, Hand, LockTable, Pages, people } from '../src/engine/rig'

let count = 0
const me = people.first.id
const caseId = (n: number) => `01900000-0000-7000-8000-${String(n).padStart(12, '0')}`
const day = 86_400_000

interface Rig {
  readonly world: Hand
  readonly centre: Centre
  readonly between: Between
  readonly phone: Phone
  /** What was saved, by the hash of its text. */
  readonly saved: Set<string>
  /** Photographs that were taken, by hash. */
  readonly taken: Map<string, Buffer>
}

async function rig(random: () => number = () => 0.5, world = new Hand(), truth: Hand = world): Promise<Rig> {
  world.random = random
  const centre = new Centre(truth)
  const between = new Between(centre)
  vi.stubGlobal('fetch', between.fetch)
  vi.stubGlobal('navigator', {})
  const store = await openStore(`faults ${count++}`)
  const phone = new Phone({
    store, world, account, openSocket: between.openSocket, send: sender(world.after, between.uploads), locks: new LockTable().locks(), channel: new Pages().channel(), app: 'test',
    away: () => undefined,
  })
  await phone.start()
  await phone.signIn('c601', 'secret')
  await vi.waitFor(() => expect(phone.status.value.link).toBe('live'))
  return { world, centre, between, phone, saved: new Set(), taken: new Map() }
}

/** Out of reach a queue grows: so many cases, each with a photograph and its preview. */
async function queue({ centre, phone, saved, taken }: Rig, cases: number): Promise<void> {
  centre.reachable = false
  centre.cut()
  for (let n = 0; n < cases; n++) {
    const bytes = Buffer.from(`photograph ${n} `.repeat(40 + n))
    const [hash, small] = [sha(bytes), sha(bytes.subarray(0, 30))]
    taken.set(hash, bytes).set(small, bytes.subarray(0, 30))
    const file = { kind: 'original' as const, hash, of: hash, type: 'image/jpeg', bytes: bytesOf(bytes) }
    await addToDraft(phone.store, me, { id: `draft ${n}`, at: 1, fields: {} }, [file, { ...file, kind: 'preview', hash: small, bytes: bytesOf(bytes.subarray(0, 30)) }])
    const photo = { hash, size: bytes.length, type: 'image/jpeg', origin: 'camera' as const, part: 'scene' as const, takenAt: 1, preview: { hash: small, size: 30 } }
    const { chain, counter } = await phone.save({
      case: caseId(n), action: 'report', payload: { category: 'a|matter|1', description: `第 ${n} 件 <&>` }, seen: 0, taxonomy: 't1', photos: [photo], draft: `draft ${n}`,
    })
    saved.add((await phone.store.db.operations.get([chain.replica, counter]))?.hash ?? 'none')
  }
  centre.reachable = true
}

const sha = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex')
const bytesOf = (bytes: Buffer) => Uint8Array.from(bytes).buffer as ArrayBuffer
const texts = ({ centre }: Rig) => [...centre.kept.values()].flat()

/** On the server, or still on the phone. */
async function nothingIsLost(r: Rig): Promise<void> {
  const there = new Set(texts(r).map(hashOf))
  const here = new Set((await r.phone.store.db.operations.toArray()).map(({ hash }) => hash))
  for (const hash of r.saved) expect(there.has(hash) || here.has(hash), `operation ${hash}`).toBe(true)
  const rows = new Map((await r.phone.store.db.photos.toArray()).map((row) => [row.hash, row]))
  for (const [hash, bytes] of r.taken) {
    const whole = r.between.photos.get(hash)?.bytes.equals(bytes) === true
    expect(whole || rows.get(hash)?.held === true, `photograph ${hash}`).toBe(true)
    expect(whole || rows.get(hash)?.stage !== 'sent', `photograph ${hash} is called sent`).toBe(true)
  }
}

/** Time passes, and who is asked to sign in does so, until the light is green. */
async function drained(r: Rig): Promise<void> {
  await vi.waitFor(async () => {
    r.world.pass(1_500)
    if (r.phone.expired.value) await r.phone.signIn('c601', 'secret').catch((error: unknown) => expect(faultCode(error)).not.toBe('internal'))
    await nothingIsLost(r)
    const { allSent } = await summarize(r.phone.store, me)
    expect(allSent).toBe(true)
  }, { timeout: 25_000, interval: 1 })
}

/** Everything is on the server once, as it was saved. */
function arrived(r: Rig): void {
  expect(texts(r).map(hashOf).sort()).toEqual([...r.saved].sort())
  for (const [hash, bytes] of r.taken) expect(r.between.photos.get(hash)?.bytes.equals(bytes), hash).toBe(true)
}

afterEach(() => vi.unstubAllGlobals())

test.each(mishaps)('ask 1, L1: %s at the first try of every request of a queue of twenty cases: nothing is lost, and all of it arrives once', async (mishap) => {
  const r = await rig()
  await queue(r, 20)
  const met = new Set<string>()
  r.between.befall = (request) => {
    if (met.has(request)) return null
    met.add(request)
    return mishap
  }
  r.phone.wake()
  await drained(r)
  arrived(r)
  // The session, the socket, greeting, records, pull, and each file were all met.
  for (const request of ['GET /api/session', 'open', 'frame hello', 'frame push', 'frame pull', ...[...r.taken.keys()].map((hash) => `POST ${hash}`)]) {
    expect([...met]).toContain(request)
  }
})

const runs = Number(process.env.RUNS || 15)
const firstRun = Number(process.env.SEED || 1)

test(`ask 1, L3: ${runs} random runs from SEED=${firstRun} with every kind of failure, none loses or doubles anything`, async () => {
  for (let run = firstRun; run < firstRun + runs; run++) {
    const random = new Random(String(run))
    const r = await rig(random.next)
    await queue(r, 3)
    let left = 60
    r.between.befall = (): Mishap | null => (left > 0 && random.next() < 0.35 ? (left--, mishaps[Math.floor(random.next() * mishaps.length)] ?? null) : null)
    r.phone.wake()
    await drained(r).catch((error: unknown) => {
      throw new Error(`SEED=${run}: ${String(error)}\n${r.between.asked.join('\n')}`)
    })
    arrived(r)
    r.phone.deliveries.stop()
    r.phone.store.db.close()
  }
}, Math.max(60_000, runs * 3_000))

test('ask 6: after thirty days without a server the queue starts within ten seconds of being in front, and no try was the last', async () => {
  const r = await rig()
  await queue(r, 5)
  r.centre.reachable = false
  for (let hour = 0; hour < 30 * 24; hour++) {
    const before = r.between.asked.length
    await vi.waitFor(() => {
      r.world.pass(60_000)
      expect(r.between.asked.length).toBeGreaterThan(before)
    }, { timeout: 5_000, interval: 0 })
    r.world.pass(day / 24)
  }
  await nothingIsLost(r)
  expect(texts(r)).toEqual([])
  r.centre.reachable = true
  const since = r.world.steady()
  r.phone.wake()
  await vi.waitFor(() => {
    r.world.pass(20)
    expect(texts(r).length).toBeGreaterThan(0)
  }, { timeout: 10_000, interval: 1 })
  expect(r.world.steady() - since).toBeLessThanOrEqual(10_000)
  await drained(r)
  arrived(r)
})

test('ask 6: nobody looks at the phone: the queue starts by itself within the longest back-off', async () => {
  const r = await rig()
  await queue(r, 2)
  r.centre.reachable = false
  for (let day = 0; day < 30; day++) {
    r.world.pass(60_000)
    await vi.waitFor(() => expect(r.world.waiting(60_000)).toBeGreaterThan(0))
  }
  r.centre.reachable = true
  await drained(r)
  arrived(r)
})

test('ask 24, R23: one record that is refused for good stays on the phone with its reason, and the other nineteen go through', async () => {
  const r = await rig()
  r.centre.refuse = (text) => (text.includes('第 7 件') ? 'category.unknown' : '')
  await queue(r, 20)
  r.phone.wake()
  await vi.waitFor(async () => {
    r.world.pass(400)
    const states = (await r.phone.store.db.operations.toArray()).map(({ state }) => state)
    expect(states.filter((state) => state === 'applied')).toHaveLength(19)
    expect(states.filter((state) => state === 'refused')).toHaveLength(1)
  }, { timeout: 20_000, interval: 1 })
  const refused = (await r.phone.store.db.operations.toArray()).find(({ state }) => state === 'refused')
  expect(refused).toMatchObject({ counter: 8, answer: { fault: 'category.unknown' } })
})

test('ask 17, L11: a clock three days ahead and changed in mid-shift: within two seconds of the truth where it was measured in this life, else marked; the order stays', async () => {
  const truth = new Hand()
  const world = new Hand(Date.UTC(2026, 6, 4, 0, 30))
  const r = await rig(undefined, world, truth)
  const both = (ms: number) => [world, truth].forEach((one) => one.pass(ms))
  const done: { at: number; measured: boolean }[] = []
  const save = async (measured: boolean) => {
    done.push({ at: truth.wall(), measured })
    await r.phone.save({ case: caseId(done.length), action: 'report', payload: { category: 'a|matter|1', description: '钟不准' }, seen: 0, taxonomy: 't1' })
    both(60_000)
  }
  const contact = async () => {
    const hellos = r.centre.hellos.length
    r.centre.cut()
    await vi.waitFor(() => {
      both(500)
      expect(r.centre.hellos.length).toBeGreaterThan(hellos)
      expect(r.phone.status.value.link).toBe('live')
    }, { timeout: 10_000, interval: 1 })
  }
  await contact()
  await save(true)
  r.centre.reachable = false
  r.centre.cut()
  await save(true)
  world.setWall(-5 * day) // somebody sets it back by two days too many
  await save(true)
  world.setWall(9 * day)
  await save(false)
  r.centre.reachable = true
  await contact()
  await save(true)
  await vi.waitFor(() => {
    both(500)
    expect(texts(r)).toHaveLength(5)
  }, { timeout: 10_000, interval: 1 })
  const bodies = texts(r).map((text) => parseBody(text))
  expect(bodies.map(({ counter }) => counter)).toEqual([1, 2, 3, 4, 5])
  for (const [i, { time }] of bodies.entries()) {
    const { at, measured } = done[i] ?? { at: 0, measured: true }
    const wrong = Math.abs(time.device + (time.offset ?? 0) - at)
    if (measured || time.fresh === true) expect(wrong, `operation ${i + 1}`).toBeLessThanOrEqual(2_000 + (time.bound ?? 0))
    else expect(time.fresh, `operation ${i + 1} is marked`).not.toBe(true)
  }
})
