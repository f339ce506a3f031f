import { apply, arrive, predict } from './apply'
import type { Arrival, Body, Case, Verdict } from './types.gen'
import file from './vectors/apply.json'
import { differences, frozen, merged } from './vectors/match'
import judgeFile from './vectors/judge.json'

interface Step {
  body?: unknown
  verdict?: Verdict
  hash?: string
  here?: Arrival
  changed?: boolean
}

interface Life {
  name: string
  law?: string
  steps: Step[]
  expected: unknown
}

const lives = file.vectors as Life[]

function live(steps: Step[]): Case | undefined {
  let c: Case | undefined
  for (const { body, verdict, hash, here, changed } of steps) {
    const before = frozen(c)
    if (body !== undefined) c = apply(before, frozen(merged(file.base, body)) as Body, frozen(verdict) as Verdict)
    else {
      c = arrive(before as Case, hash as string, here as Arrival)
      expect(c !== before).toBe(changed)
    }
  }
  return c
}

function differing(life: Life): string[] {
  const c = live(life.steps)
  if (life.expected === null) return c === undefined ? [] : ['there is a case, want none']
  return differences(life.expected, c)
}

describe('lives of a case', () => {
  test.each(lives)('$name', (life) => {
    expect(differing(life)).toEqual([])
  })
})

test('L5: nothing is overwritten silently', () => {
  const lawful = lives.filter((life) => life.law === 'L5')
  expect(lawful.length).toBeGreaterThan(0)
  for (const life of lawful) expect([life.name, ...differing(life)]).toEqual([life.name])
})

test('L6: late evidence is on the timeline', () => {
  const lawful = lives.filter((life) => life.law === 'L6')
  expect(lawful.length).toBeGreaterThan(0)
  for (const life of lawful) expect([life.name, ...differing(life)]).toEqual([life.name])
})

describe('what the phone shows before the server answers', () => {
  const c = { ...judgeFile.base.case, timeline: [] } as unknown as Case
  const b = judgeFile.base.body as unknown as Body
  const now = judgeFile.base.judging.now

  test('a report of its own stands as reported in its author’s squad', () => {
    const { verdict, case: after } = predict(undefined, { ...b, action: 'report' }, { role: 'collector', squad: 'six' }, now)
    expect(verdict.outcome).toBe('applied')
    expect(after).toMatchObject({ state: 'reported', squad: 'six', revision: 1, reporter: b.author })
  })

  test('what does not fit the case as the phone knows it is shown as late', () => {
    const { verdict, case: after } = predict({ ...c, state: 'closed' }, { ...b, action: 'amend' }, { role: 'collector', squad: 'six' }, now)
    expect(verdict).toMatchObject({ outcome: 'late', fault: 'case.stateChanged' })
    expect(after).toMatchObject({ state: 'closed', description: c.description, revision: c.revision + 1 })
  })

  test('what would be refused changes nothing and says why', () => {
    const { verdict, case: after } = predict(c, { ...b, action: 'file' }, { role: 'collector', squad: 'six' }, now)
    expect(verdict).toMatchObject({ outcome: 'refused', fault: 'operation.notPermitted' })
    expect(after).toBe(c)
  })
})
