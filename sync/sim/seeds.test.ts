// SEEDS=n runs n seeds (300 unless told), SEED=x that one alone. A seed that goes wrong is printed with the shortest list
// of actions that still goes wrong; it then belongs into seeds.txt.

import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { plants } from './plants'
import { run, tell } from './run'
import { Steps } from './steps'
import type { Plant } from './world'

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url))

/** A planted bug must be found within as many seeds. */
const withinSeeds = 60

/** Seeds to tell about in one go: shrinking takes many runs. */
const told = 3

let steps: Steps
beforeAll(() => {
  steps = new Steps(here('../../bin/steps'))
})
afterAll(() => steps.close())

const alone = process.env.SEED ?? ''
const count = Number(process.env.SEEDS || 300)
const known = readFileSync(here('seeds.txt'), 'utf8').match(/^\d+/gm) ?? []
const seeds = alone === '' ? [...known, ...Array.from({ length: count }, (_, i) => String(i))] : [alone]

it(`L3 L4 L6 L10 L13: every law holds in ${seeds.length} runs`, () => {
  const began = Date.now()
  const wrong: string[] = []
  for (const [i, seed] of seeds.entries()) {
    if (run(seed, steps).length > 0) wrong.push(seed)
    if (wrong.length === told) break
    if ((i + 1) % 1000 === 0) console.log(`${i + 1} seeds, ${Math.round((i + 1) / ((Date.now() - began) / 1000))} a second`)
  }
  expect(wrong.map((seed) => tell(seed, steps)).join('\n\n')).toBe('')
})

describe.skipIf(alone !== '')('a planted bug is found', () => {
  it.each(Object.entries(plants))('%s', (_name, plant) => {
    expect(firstWrong(plant)).toBeLessThan(withinSeeds)
  })
})

function firstWrong(plant: Plant): number {
  for (let seed = 0; seed < withinSeeds; seed++) if (run(String(seed), steps, plant).length > 0) return seed
  return Infinity
}
