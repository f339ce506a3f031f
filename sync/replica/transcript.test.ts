// The transcripts of ../vectors/replica.json: what happens to a phone, and what it does about it.

import transcripts from '../vectors/replica.json'
import type { Effect, Event } from './event'
import { asleep, step } from './replica'

interface Transcript {
  readonly name: string
  readonly rules: readonly string[]
  /** Effects that this transcript is about; others are left out. */
  readonly watch?: readonly Effect['type'][]
  readonly steps: readonly { readonly event: Scripted; readonly effects: readonly object[] }[]
}

/** An event as a transcript writes it: a frame stands there as what it says. */
type Scripted = Event | { readonly type: 'frame'; readonly connection: number; readonly frame: object; readonly now: number }

const usual: readonly Effect['type'][] = ['open', 'close', 'send', 'load', 'keep', 'reissue', 'enrol']

/** The middle of the dice, so that back-off is its mean. */
const random = () => 0.5

describe('the phone', () => {
  it.each((transcripts as unknown as Transcript[]).map((one) => [one.name, one] as const))('%s', (_name, { steps, watch = usual }) => {
    let replica = asleep
    for (const [i, { event, effects }] of steps.entries()) {
      const before = structuredClone(replica)
      const [next, done] = step(replica, eventOf(event), random)
      expect(replica, 'the replica before the step is left as it was').toEqual(before)
      const seen = done.filter((effect) => watch.includes(effect.type)).map(written)
      expect({ step: i + 1, effects: seen }).toMatchObject({ step: i + 1, effects })
      replica = next
    }
  })
})

function eventOf(event: Scripted): Event {
  return 'frame' in event ? { type: 'frame', connection: event.connection, text: JSON.stringify(event.frame), now: event.now } : event
}

function written(effect: Effect): object {
  return effect.type === 'send' ? { type: 'send', connection: effect.connection, frame: JSON.parse(effect.text) as object } : effect
}
