import { beforeState, actions, anyState, needs, roles, states } from './types.gen'
import { builtinWorkflow, fits, isOpen, moveOf, opens } from './workflow'

test('the table uses only words that both languages know', () => {
  const origins: readonly string[] = [...states, anyState]
  for (const move of builtinWorkflow.moves) {
    expect(actions).toContain(move.action)
    for (const from of move.from) expect(origins).toContain(from)
    expect([...states, '', beforeState]).toContain(move.to)
    for (const role of move.by) expect(roles).toContain(role)
    for (const need of move.needs) expect(needs).toContain(need)
  }
})

test('a move is found by its action', () => {
  for (const action of actions) expect(moveOf(builtinWorkflow, action)?.action).toBe(action)
  expect(moveOf({ version: 1, moves: [] }, 'report')).toBeUndefined()
})

test('a move that opens a case fits no state', () => {
  for (const move of builtinWorkflow.moves.filter(opens)) {
    for (const state of states) expect(fits(move, state)).toBe(false)
  }
})

test('open cases are those that somebody must still act on', () => {
  expect(states.filter(isOpen)).toEqual(['reported', 'returned', 'filed', 'selfHandled', 'verifying', 'dispatched', 'handled', 'suspended'])
})
