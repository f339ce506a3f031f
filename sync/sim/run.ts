// One seed: act, calm down, look; and the shortest list of actions that still goes wrong.

import { act, plan } from './actions'
import type { Action } from './actions'
import { quiet, verify } from './check'
import type { Steps } from './steps'
import { count } from './walk'
import type { Tally } from './walk'
import { World } from './world'
import type { Plant } from './world'

/** What a run found wrong; nothing if all held. */
export function run(seed: string, steps: Steps, plant: Plant = {}, actions: readonly Action[] = plan(seed), tally?: Tally): string[] {
  const world = new World(seed, steps, plant)
  const begin = world.clock.now
  for (const phone of world.phones) phone.start()
  for (const action of actions) {
    world.clock.run(begin + action.at)
    act(world, action)
  }
  world.clock.run(world.clock.now + 5_000)
  calm(world)
  if (world.violations.length > 0) return world.violations
  const dump = verify(world)
  if (tally !== undefined) count(dump, tally)
  if (world.violations.length > 0) return world.violations
  again(world)
  return world.violations
}

/** The network is good, every phone is on, and there is time for whatever was put off. */
function calm(world: World): void {
  world.network.calmDown()
  for (const phone of world.phones) {
    phone.signal = true
    phone.full = false
    phone.start()
  }
  if (world.whole) for (const at of dutiesAt) world.clock.after(at, () => world.duties())
  world.clock.run(world.clock.now + calmMs)
  for (const phone of world.phones) world.upload(phone)
  world.clock.run(world.clock.now + 10_000)
}

/** Longer than silence, rest and back-off together. */
const calmMs = 180_000

/** When the server does its duties while nobody disturbs it. */
const dutiesAt = [5_000, 70_000, 130_000]

/** Every phone leaves and comes back, and there is nothing to say (R39). */
function again(world: World): void {
  for (const phone of world.phones) phone.crash()
  world.clock.run(world.clock.now + 5_000)
  world.witness.clear()
  for (const phone of world.phones) phone.start()
  world.clock.run(world.clock.now + 10_000)
  quiet(world)
  verify(world)
}

/** The fewest actions that still go wrong, found by leaving out ever smaller parts. */
export function shrink(seed: string, steps: Steps, plant: Plant = {}): Action[] {
  let actions = plan(seed)
  const wrong = (some: readonly Action[]) => run(seed, steps, plant, some).length > 0
  for (let part = Math.ceil(actions.length / 2); part >= 1; part = part === 1 ? 0 : Math.ceil(part / 2)) {
    for (let at = 0; at < actions.length; ) {
      const fewer = [...actions.slice(0, at), ...actions.slice(at + part)]
      if (wrong(fewer)) actions = fewer
      else at += part
    }
  }
  return actions
}

/** What to print when a seed goes wrong. */
export function tell(seed: string, steps: Steps, plant: Plant = {}): string {
  const actions = shrink(seed, steps, plant)
  const lines = actions.map(({ at, kind, salt }) => `  ${(at / 1000).toFixed(1).padStart(7)} s  ${kind}  (${salt})`)
  return [`SEED=${seed}: make sim SEED=${seed}`, ...run(seed, steps, plant).map((v) => `  ${v}`), `${actions.length} actions are enough:`, ...lines, ...run(seed, steps, plant, actions).map((v) => `  ${v}`)].join('\n')
}
