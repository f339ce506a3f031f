import { inScope, judge } from './judge'
import { actions, roles, states } from './types.gen'
import type { Action, Body, Case, Judging, Role, Standing, Verdict } from './types.gen'
import judgeFile from './vectors/judge.json'
import marksFile from './vectors/marks.json'
import { differences, frozen, merged } from './vectors/match'
import table from './vectors/workflow.json'

interface Scene {
  case?: unknown
  body?: unknown
  judging?: unknown
}

interface SceneVector extends Scene {
  name: string
  law?: string
  expected: unknown
}

/** The verdict on the base scene with what the vector changes of it. A case that is there and null is none. */
function verdictOn(base: Scene, patch: Scene): Verdict {
  const c = 'case' in patch ? merged(base.case, patch.case) : base.case
  const body = merged(base.body, patch.body ?? {})
  const judging = merged(base.judging, patch.judging ?? {})
  return judge((c ?? undefined) as Case | undefined, frozen(body) as Body, judging as Judging)
}

const vectors = judgeFile.vectors as SceneVector[]

describe('verdicts', () => {
  test.each(vectors)('$name', (v) => {
    expect(differences(v.expected, verdictOn(judgeFile.base, v))).toEqual([])
  })
})

test('L6: evidence is judged by its time and never refused for the state of the case', () => {
  const lawful = vectors.filter((v) => v.law === 'L6')
  expect(lawful.length).toBeGreaterThan(0)
  for (const v of lawful) expect([v.name, ...differences(v.expected, verdictOn(judgeFile.base, v))]).toEqual([v.name])
})

test('L10: nobody acts outside their scope', () => {
  const lawful = vectors.filter((v) => v.law === 'L10')
  expect(lawful.length).toBeGreaterThan(0)
  for (const v of lawful) expect([v.name, ...differences(v.expected, verdictOn(judgeFile.base, v))]).toEqual([v.name])
})

test.each(judgeFile.scopes)('L10: who sees a case: $name', ({ person, standing, expected }) => {
  const c = { squad: 'six', reporter: { kind: 'person', id: 'c3' } } as Case
  expect(inScope(c, person, standing as Standing)).toBe(expected)
})

describe('L11: what is improbable is marked and blocks nothing', () => {
  test.each(marksFile.vectors as SceneVector[])('$name', (v) => {
    const verdict = verdictOn(marksFile.base, v)
    expect(verdict.outcome).toBe('applied')
    expect(verdict.marks ?? []).toEqual(v.expected)
    expect(verdict.marks).not.toEqual([])
  })
})

describe('every action by every role from every state', () => {
  const cells = table.rows.flatMap(({ action, roles: by, cells: row }) =>
    by.flatMap((role) => table.states.map((state, i) => ({ action: action as Action, role: role as Role | '', state, want: row[i] }))),
  )

  test('the table is whole', () => {
    const names = new Set(cells.map(({ action, role, state }) => `${action} ${role} ${state}`))
    expect(names.size).toBe(cells.length)
    expect(names.size).toBe(actions.length * (roles.length + 1) * (states.length + 1))
  })

  test.each(actions)('%s', (action) => {
    for (const { role, state, want } of cells.filter((cell) => cell.action === action)) {
      const standing = role === 'unit' ? { role, unit: 'env', squad: null } : { ...(role && { role }), squad: 'six' }
      const verdict = verdictOn(judgeFile.base, {
        case: state === 'new' ? null : { state },
        body: { action, author: { id: 'c4' } },
        judging: { standingNow: merged(null, standing), standingThen: merged(null, standing), ...(role === '' && noRole) },
      })
      expect([role, state, cellOf(verdict)]).toEqual([role, state, want])
    }
  })
})

const noRole = { standingNow: { role: null }, standingThen: { role: null } }

/** A verdict as the table writes it; one that the table has no word for is written out. */
function cellOf({ outcome, fault = '', to: state }: Verdict): string {
  const to: string = state ?? ''
  const written = `${outcome} ${fault} ${to}`
  if (outcome === 'applied' && fault === '') return to === '' ? '=' : to
  return words[written] ?? written
}

const words: Record<string, string> = {
  'late case.stateChanged ': 'late',
  'late case.exists ': 'exists',
  'late case.reportMissing reported': 'opens',
  'refused case.notInScope ': 'scope',
  'refused operation.notPermitted ': 'no',
}
