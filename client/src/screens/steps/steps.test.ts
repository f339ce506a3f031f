import { actions, roles, states, type Action, type Case, type Role, type State } from '@shared/types.gen'
import { allows, builtinWorkflow, fits, moveOf } from '@shared/workflow'
import { askingOf, likelyOf, stepsOf } from './steps'

const at = (state: State, more: Partial<Case> = {}) => ({ id: 'a', state, timeline: [], ...more }) as unknown as Case
const permitted = (role: Role, state: State) => (action: Action) => {
  const move = moveOf(builtinWorkflow, action)
  return move !== undefined && move.from.length > 0 && allows(move, role) && fits(move, state)
}
/** What other parts of the case page offer: the camera's, the words', and the answers to what is asked for. */
const elsewhere: ReadonlySet<Action> = new Set([
  'amend', 'settle', 'comment', 'attach', 'confirm', 'resubmit', 'verifyReal', 'verifyFalse', 'recheckPass', 'recheckFail', 'handle', 'start',
  'grantExtension', 'denyExtension', 'denySuspension', 'void', 'denyVoid', 'grantAppeal', 'denyAppeal',
])

describe('the steps of a case', () => {
  it('every step that the table lets a person do from a state is offered, and no other', () => {
    for (const role of roles.filter((one) => one !== 'machine' && one !== 'server')) {
      for (const state of states) {
        const may = permitted(role, state)
        const wanted = actions.filter((action) => may(action) && !elsewhere.has(action))
        expect([...stepsOf(role, at(state), may)].sort(), `${role} at ${state}`).toEqual([...wanted].sort())
      }
    }
  })

  it('the form of each asks for all that the table needs', () => {
    for (const { action, needs } of builtinWorkflow.moves) {
      if (elsewhere.has(action) || stepsOf('leader', at('filed'), () => true).concat(stepsOf('unit', at('filed'), () => true)).every((one) => one !== action)) continue
      const asked = askingOf(action, {})
      for (const need of needs) expect(asked, `${action} needs ${need}`).toContain(need)
    }
  })

  it('the likely step is the next one of the way, and none while somebody else has the case', () => {
    expect(likelyOf('leader', at('filed'))).toBe('dispatch')
    expect(likelyOf('leader', at('handled'))).toBe('sendRecheck')
    expect(likelyOf('leader', at('handled', { task: { kind: 'recheck', how: 'pick', since: 1, revision: 3, assignee: 'x' } }))).toBeUndefined()
    expect(likelyOf('leader', at('handled', { rechecked: 'recheckPass' }))).toBe('close')
    expect(likelyOf('leader', at('dispatched'))).toBeUndefined()
    expect(likelyOf('unit', at('dispatched'))).toBeUndefined()
  })

  it('to close without a passed re-check the reason is asked, with one it is a tap', () => {
    expect(askingOf('close', {})).toEqual(['reason'])
    expect(askingOf('close', { rechecked: 'recheckFail' })).toEqual(['reason'])
    expect(askingOf('close', { rechecked: 'recheckPass' })).toEqual([])
  })
})
