import { actions, phraseKinds } from '@shared/types.gen'
import { askingOf } from './steps'
import { kindOf } from './why'

describe('the sentences at hand', () => {
  it('every step that asks for a reason or words has a kind of its own or shares one, and no other step has', () => {
    for (const action of actions) {
      const speaks = askingOf(action, {}).some((one) => one === 'reason' || one === 'words')
      expect([action, kindOf(action) !== undefined]).toEqual([action, speaks])
    }
  })

  it('every kind that a squad may keep is offered somewhere', () => {
    const offered = new Set([...actions.map(kindOf), 'description', 'address'])
    expect(phraseKinds.filter((kind) => !offered.has(kind))).toEqual([])
  })
})
