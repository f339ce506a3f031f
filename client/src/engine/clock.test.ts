import { Clock } from './clock'
import { Hand } from './rig'

const start = Date.UTC(2026, 6, 1)

function rig() {
  const world = new Hand(start)
  return { world, clock: new Clock(world) }
}

test('before any measurement it says the device\'s time and nothing of its error', () => {
  const { clock } = rig()
  expect(clock.stamp()).toEqual({ device: start })
})

test('a measurement is fresh in the life of the page that made it, a recalled one is not', () => {
  const { world, clock } = rig()
  const measured = clock.measure(700, 40, { token: 'a', at: start })
  expect(clock.stamp()).toEqual({ device: start, offset: 700, bound: 40, fresh: true })
  const later = new Clock(world)
  later.recall(measured)
  expect(later.stamp()).toEqual({ device: start, offset: 700, bound: 40 })
  expect(later.anchor()).toEqual({ token: 'a', at: start })
})

test('L11: ask 17: set back in mid-shift, the wall clock is told as it is and the offset corrects it', () => {
  const { world, clock } = rig()
  clock.measure(0, 40)
  world.pass(60_000)
  world.setWall(-3_600_000)
  expect(clock.now()).toBe(start + 60_000)
  expect(clock.stamp()).toEqual({ device: start + 60_000 - 3_600_000, offset: 3_600_000, bound: 40, fresh: true })
  world.setWall(3_600_000)
  expect(clock.stamp()).toMatchObject({ device: start + 60_000, offset: 0, fresh: true })
})

test('L11: ask 17: set ahead (or after a sleep) the measurement is no longer fresh until the next one', () => {
  const { world, clock } = rig()
  clock.measure(0, 40)
  world.setWall(7_200_000)
  expect(clock.stamp()).toEqual({ device: start + 7_200_000, offset: 0, bound: 40 })
  clock.measure(-7_200_000, 30)
  expect(clock.stamp()).toEqual({ device: start + 7_200_000, offset: -7_200_000, bound: 30, fresh: true })
})

test('a new anchor replaces the old one, a measurement without one keeps it', () => {
  const { clock } = rig()
  clock.measure(0, 1, { token: 'a', at: 1 })
  clock.measure(0, 1)
  expect(clock.anchor()).toEqual({ token: 'a', at: 1 })
  clock.measure(0, 1, { token: 'b', at: 2 })
  expect(clock.anchor()).toEqual({ token: 'b', at: 2 })
})

test('the centre\'s clock is told for limits: measured or recalled, corrected where the wall clock was set back, none where nothing was measured', () => {
  const { world, clock } = rig()
  expect(clock.skew()).toBe(0)
  clock.measure(700, 40)
  expect(clock.skew()).toBe(700)
  world.setWall(-3_600_000)
  expect(clock.skew()).toBe(3_600_700)
})
