// SEEDS=n runs n seeds (300 unless told), SEED=x that one alone. A seed that goes wrong is printed with the shortest list
// of actions that still goes wrong; it then belongs into seeds.txt.

import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { builtinWorkflow } from '@shared/workflow'
import { plants } from './plants'
import { run, tell } from './run'
import { Steps } from './steps'
import type { Tally } from './walk'
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
const known = readFileSync(here('seeds.txt'), 'utf8').match(/^L?\d+/gm) ?? []
const seeds = alone === '' ? [...known, ...Array.from({ length: count }, (_, i) => (i % 2 === 0 ? String(i / 2) : `L${(i - 1) / 2}`))] : [alone]

const tally: Tally = new Map()

/** What each seed that went wrong found, until there are enough to tell about. */
let wrong: Promise<ReadonlyMap<string, readonly string[]>> | undefined

async function runAll(): Promise<ReadonlyMap<string, readonly string[]>> {
  const began = Date.now()
  const found = new Map<string, readonly string[]>()
  for (const [i, seed] of seeds.entries()) {
    const violations = run(seed, steps, {}, undefined, tally)
    if (violations.length > 0) found.set(seed, violations)
    if (found.size === told) break
    // The runs never wait; let the test runner breathe.
    if (i % 20 === 0) await new Promise(setImmediate)
    if ((i + 1) % 1000 === 0) console.log(`${i + 1} seeds, ${Math.round((i + 1) / ((Date.now() - began) / 1000))} a second`)
  }
  return found
}

describe(`the promises in ${seeds.length} runs`, () => {
  it.each([
    'L3: every deed is there once, whatever it was sent or made again as',
    'L4: every phone shows what the server has',
    'L6: no field evidence was refused',
    'L10: nobody was sent what is not theirs to see',
    'L13: no light said "all sent" too early',
    'R17: every receipt is the server\'s own',
    'R25: every lost number is declared lost',
    'R27: every case is the fold of its operations',
    'table: every case is where the table leads it, by who may and if it may',
    'R39: a second quiet round sends nothing',
  ])('%s', async (promise) => {
    wrong ??= runAll()
    const [name] = promise.split(':')
    expect([...(await wrong)].filter(([, found]) => found.some((v) => v.startsWith(`${name}:`))).map(([seed]) => tell(seed, steps)).join('\n\n')).toBe('')
  })

  it('and nothing else went wrong', async () => {
    wrong ??= runAll()
    expect([...(await wrong)].map(([seed]) => tell(seed, steps)).join('\n\n')).toBe('')
  })
})

describe.skipIf(alone !== '')('the steps of the table', () => {
  it('were all taken, by people on and off line or by the server', async () => {
    wrong ??= runAll()
    await wrong
    console.log(builtinWorkflow.moves.map(({ action }) => `${action} ${Object.values(tally.get(action) ?? {}).join('/')}`).join(', '))
    expect(builtinWorkflow.moves.filter(({ action }) => !tally.get(action)?.applied).map(({ action }) => action)).toEqual([])
  })
})

describe.skipIf(alone !== '')('a planted bug is found', () => {
  it.each(Object.entries(plants))('%s', (_name, plant) => {
    expect(firstWrong(plant, plant.law)).toBeLessThan(withinSeeds)
  })
})

/** The first seed that shows the bug by the promise that it breaks. */
function firstWrong(plant: Plant & { seeds?: string }, law: string): number {
  for (let seed = 0; seed < withinSeeds; seed++) {
    if (run(`${plant.seeds ?? ''}${seed}`, steps, plant).some((violation) => violation.startsWith(`${law}:`))) return seed
  }
  return Infinity
}
