// Bugs that are planted on purpose: a simulator that does not find them proves nothing.

import type { Effect } from '../replica/event'
import type { Replica } from '../replica/replica'
import type { Step } from './phone'
import type { Plant } from './world'

export const plants: Readonly<Record<string, Plant>> = {
  'no duplicate check': { server: 'noDuplicateCheck' },
  'fork taken for a repeat': { server: 'forkIsRepeat' },
  'gap ignored': { server: 'gapIgnored' },
  'scope change missed': { server: 'scopeChangeMissed' },
  'outbox lost on close': { step: (real) => (replica, event, random) => (event.type === 'closed' ? forget(real(replica, event, random)) : real(replica, event, random)) },
  'a frame of an old connection believed': {
    step: (real) => (replica, event, random) => real(replica, event.type === 'frame' ? { ...event, connection: replica.connection } : event, random),
  },
  'scope ignored by a page': { server: 'scopeIgnored' },
  'evidence refused like a decision': { server: 'evidenceRefused' },
  'a reissue taken twice': { server: 'reissueTwice' },
  'a change lost between the last page and the first live one': { server: 'aheadForgotten' },
  'cases that a full pull did not name stay': { step: altered((e) => (e.type === 'keep' && e.what.type === 'cases' ? { ...e, what: { ...e.what, dropUnnamed: false } } : e)) },
  'cases that left the scope stay': { step: altered((e) => (e.type === 'keep' && e.what.type === 'cases' ? { ...e, what: { ...e.what, leaves: [] } } : e)) },
  'a fork is never reissued': { step: altered((e) => (e.type === 'reissue' ? null : e)) },
  'silence never noticed': { step: altered((e) => (e.type === 'timer' && e.name === 'silence' ? null : e)) },
  'reconnecting given up': { step: altered((e) => (e.type === 'timer' && e.name === 'reopen' ? null : e)) },
}

function forget([replica, effects]: [Replica, Effect[]]): [Replica, Effect[]] {
  const lanes = replica.lanes.map((lane) => ({ ...lane, chain: { ...lane.chain, acked: lane.chain.last } }))
  return [{ ...replica, lanes }, effects]
}

/** A step whose effects reach the shell altered, or not at all. */
function altered(alter: (effect: Effect) => Effect | null): (real: Step) => Step {
  return (real) => (replica, event, random) => {
    const [next, effects] = real(replica, event, random)
    return [next, effects.map(alter).filter((effect) => effect !== null)]
  }
}
