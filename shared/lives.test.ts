import { readFileSync } from 'node:fs'
import { apply, arrive } from './apply'
import { parseBody } from './body'
import { judge } from './judge'
import type { Arrival, Case, Judging, Verdict } from './types.gen'
import { frozen } from './vectors/match'

interface Step {
  text?: string
  judging?: Judging
  verdict?: Verdict
  hash?: string
  here?: Arrival
}

interface Life {
  steps: Step[]
  case?: Case
}

/** One line a life: 200 random lives that Go played (lives_test.go). */
const played = JSON.parse(readFileSync(new URL('./vectors/lives.json', import.meta.url), 'utf8')) as Life[]

test('200 lives that Go played are the same in TypeScript, verdict by verdict and to the last field', () => {
  expect(played).toHaveLength(200)
  played.forEach((life, seed) => {
    let c: Case | undefined
    for (const { text, judging, verdict, hash, here } of life.steps) {
      frozen(c)
      if (text === undefined) {
        c = c && arrive(c, hash as string, here as Arrival)
        continue
      }
      const body = frozen(parseBody(text))
      const judged = { ...judge(c, body, judging as Judging), ...(verdict?.clocks && { clocks: verdict.clocks }) } // the server's alone
      expect({ seed, ...judged }).toStrictEqual({ seed, ...verdict })
      c = apply(c, body, frozen(judged))
    }
    expect({ seed, case: c }).toStrictEqual({ seed, case: life.case })
  })
})
