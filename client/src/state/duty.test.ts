import 'fake-indexeddb/auto'
import { Centre, Hand, openPage } from '../engine/rig'
import { makeDuty } from './duty'

let count = 0
const hour = 3_600_000

async function page() {
  const world = new Hand()
  const centre = new Centre(world)
  const phone = await openPage({ name: `duty ${count++}`, world, centre })
  await phone.start()
  const duty = makeDuty(phone)
  await phone.signIn('c601', 'secret')
  await vi.waitFor(() => expect(duty.since.value).not.toBeNull())
  return { world, phone, duty, begun: duty.since.value }
}

test('work begins with the first use, lasts through breaks and midnight, and begins anew after a long rest', async () => {
  const { world, duty, begun } = await page()
  for (const pause of [1, 4, 4.9, 4]) {
    world.pass(pause * hour)
    await duty.note()
    expect(duty.since.value).toBe(begun)
  }
  world.pass(5 * hour)
  await duty.note()
  expect(duty.since.value).toBe((begun ?? 0) + 18.9 * hour)
})

test('it is remembered when the app is opened again, and each person has their own', async () => {
  const { world, phone, duty, begun } = await page()
  world.pass(2 * hour)
  const again = makeDuty(phone)
  await again.note()
  expect(again.since.value).toBe(begun)
  await phone.signOut()
  expect(duty.since.value).toBeNull()
  await phone.signIn('c501', 'secret')
  await vi.waitFor(() => expect(duty.since.value).toBe((begun ?? 0) + 2 * hour))
})

test('a clock that was set back does not keep a beginning that lies ahead', async () => {
  const { world, duty, begun } = await page()
  world.setWall(-3 * hour)
  await duty.note()
  expect(duty.since.value).toBeLessThanOrEqual(begun ?? 0)
})
