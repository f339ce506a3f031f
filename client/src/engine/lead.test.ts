import { Lead, type Word } from './lead'
import { Hand, LockTable, Pages } from './rig'

function rig() {
  const world = new Hand()
  const [locks, pages] = [new LockTable(), new Pages()]
  const page = () => {
    const state = { leads: 0, frozen: false }
    const channel = pages.channel()
    const lead = new Lead(locks.locks(), channel, world, () => (state.leads += 1), () => (state.leads -= 1))
    channel.listen((word: Word) => {
      if (!state.frozen) lead.heard(word)
    })
    return { lead, state }
  }
  return { world, page }
}

test('R43: of two pages one syncs, and the other follows when it goes', async () => {
  const { page } = rig()
  const [one, two] = [page(), page()]
  one.lead.start()
  two.lead.start()
  await vi.waitFor(() => expect(one.state.leads).toBe(1))
  expect(two.state.leads).toBe(0)
  one.lead.stop()
  await vi.waitFor(() => expect([one.state.leads, two.state.leads]).toEqual([0, 1]))
})

test('R43: a page that somebody looks at takes over from a frozen one, which ends', async () => {
  const { world, page } = rig()
  const [one, two] = [page(), page()]
  one.lead.start()
  two.lead.start()
  one.state.frozen = true
  two.lead.claim()
  world.pass(3_000)
  await vi.waitFor(() => expect([one.state.leads, two.state.leads]).toEqual([0, 1]))
  one.state.frozen = false
  two.lead.stop()
  await vi.waitFor(() => expect([one.state.leads, two.state.leads]).toEqual([1, 0]))
})

test('a holder that answers keeps the lock', async () => {
  const { world, page } = rig()
  const [one, two] = [page(), page()]
  one.lead.start()
  two.lead.start()
  await vi.waitFor(() => expect(one.state.leads).toBe(1))
  two.lead.claim()
  await Promise.resolve()
  await Promise.resolve()
  await Promise.resolve()
  world.pass(3_000)
  expect([one.state.leads, two.state.leads]).toEqual([1, 0])
})

test('stopped and started again it leads again', async () => {
  const { page } = rig()
  const one = page()
  one.lead.start()
  await vi.waitFor(() => expect(one.state.leads).toBe(1))
  one.lead.stop()
  one.lead.start()
  await vi.waitFor(() => expect(one.state.leads).toBe(1))
})
