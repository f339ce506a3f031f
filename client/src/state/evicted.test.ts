import 'fake-indexeddb/auto'
import { openStore } from '../db/store'
import { Centre, Hand, openPage } from '../engine/rig'
import { countedUnsent, notedUnsent, noteUnsent } from '../device/notebook'
import { evicted, keepNoting, readEvicted } from './evicted'

const caseId = (n: number) => `01900000-0000-7000-8000-00000000000${n}`
const fix = { longitude: 113.0835, latitude: 27.8712, accuracy: 12, at: 1, source: 'device' as const }
let count = 0

beforeEach(() => {
  const items = new Map<string, string>()
  vi.stubGlobal('localStorage', {
    getItem: (name: string) => items.get(name) ?? null, setItem: (name: string, text: string) => items.set(name, text), removeItem: (name: string) => items.delete(name),
    clear: () => items.clear(),
  })
  let jar = ''
  vi.stubGlobal('document', {
    get cookie() {
      return jar
    },
    set cookie(text: string) {
      jar = text.includes('Max-Age=0') ? '' : (text.split(';')[0] ?? '')
    },
  })
})
afterEach(() => vi.unstubAllGlobals())

async function away() {
  const world = new Hand()
  const centre = new Centre(world)
  const phone = await openPage({ name: `evicted ${count++}`, world, centre })
  await phone.start()
  await phone.signIn('c601', 'secret')
  await vi.waitFor(() => expect(phone.status.value.link).toBe('live'))
  await keepNoting(phone.store)
  centre.reachable = false
  centre.cut()
  for (const n of [1, 2]) {
    await phone.save({ case: caseId(n), action: 'report', payload: { category: 'a|matter|1', description: '不写在外面的话' }, seen: 0, taxonomy: 't1', place: fix })
  }
  await vi.waitFor(() => expect(notedUnsent()).toHaveLength(2))
  return { world, centre, phone }
}

test('ask 4: the database is cleared between two runs: the next start names what was not sent by number, time and place, until it was read', async () => {
  const { phone, world } = await away()
  const cleared = await openStore(`evicted ${count++}`)
  const lost = await evicted(cleared)
  expect(lost).toMatchObject({ count: 2, records: [{ counter: 1, at: world.wall(), place: '113.08350,27.87120' }, { counter: 2 }] })
  expect(lost?.records.map(({ short }) => short)).toEqual([expect.stringMatching(/^[0-9A-Z]{5}-1$/), expect.stringMatching(/^[0-9A-Z]{5}-2$/)])
  expect(await evicted(phone.store)).toBeNull()
  readEvicted(lost ?? { records: [], count: 0 })
  expect(await evicted(cleared)).toBeNull()
})

test('ask 4: reading what is lost leaves on the list what was recorded since', async () => {
  await away()
  const lost = (await evicted(await openStore(`evicted ${count++}`))) ?? { records: [], count: 0 }
  const since = { replica: '01900000-0000-7000-8000-0000000000ff', counter: 1, short: 'ABCDE-1', at: 5, place: '' }
  noteUnsent([...notedUnsent(), since])
  readEvicted(lost)
  expect(notedUnsent()).toEqual([since])
})

test('ask 4: where the list is gone too, the cookie still counts', async () => {
  await away()
  localStorage.clear()
  expect(await evicted(await openStore(`evicted ${count++}`))).toMatchObject({ count: 2, records: [{ short: expect.stringMatching(/-2$/) as string, place: '' }] })
})

test('ask 4: what arrived is not on the list, and no word of a record ever is', async () => {
  const { world, centre, phone } = await away()
  expect(JSON.stringify([notedUnsent(), countedUnsent()])).not.toContain('不写在外面的话')
  centre.reachable = true
  await vi.waitFor(() => {
    world.pass(1_000)
    expect(notedUnsent()).toEqual([])
  })
  expect(countedUnsent()).toBeNull()
  expect(phone.person.value).not.toBeNull()
})
