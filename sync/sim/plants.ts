// Bugs that are planted on purpose: a simulator that does not find them proves nothing.

import type { Effect } from '../replica/event'
import type { Replica } from '../replica/replica'
import type { Step } from './phone'
import type { Plant } from './world'

/** Each with the promise that it breaks: the simulator must say so, and not merely that something is wrong. */
export const plants: Readonly<Record<string, Plant & { readonly law: string; readonly seeds?: 'L' }>> = {
  'no duplicate check': { law: 'L3', server: 'noDuplicateCheck' },
  'fork taken for a repeat': { law: 'L3', server: 'forkIsRepeat' },
  'gap ignored': { law: 'R25', server: 'gapIgnored' },
  'scope change missed': { law: 'L4', server: 'scopeChangeMissed' },
  'outbox lost on close': { law: 'L3', step: (real) => (replica, event, random) => (event.type === 'closed' ? forget(real(replica, event, random)) : real(replica, event, random)) },
  'a frame of an old connection believed': {
    law: 'L4',
    step: (real) => (replica, event, random) => real(replica, event.type === 'frame' ? { ...event, connection: replica.connection } : event, random),
  },
  'answered before it is stored': { law: 'L13', server: 'answeredNotStored' },
  'a changed receipt': { law: 'R17', server: 'receiptForged' },
  'scope ignored by a page': { law: 'L10', server: 'scopeIgnored' },
  'evidence refused like a decision': { law: 'L6', server: 'evidenceRefused' },
  'a reissue taken twice': { law: 'L3', server: 'reissueTwice' },
  'a change lost between the last page and the first live one': { law: 'L4', server: 'aheadForgotten' },
  'cases that a full pull did not name stay': { law: 'L4', step: altered((e) => (e.type === 'keep' && e.what.type === 'cases' ? { ...e, what: { ...e.what, dropUnnamed: false } } : e)) },
  'cases that left the scope stay': { law: 'L4', step: altered((e) => (e.type === 'keep' && e.what.type === 'cases' ? { ...e, what: { ...e.what, leaves: [] } } : e)) },
  'a fork is never reissued': { law: 'L3', step: altered((e) => (e.type === 'reissue' ? null : e)) },
  'silence never noticed': { law: 'R9', step: altered((e) => (e.type === 'timer' && e.name === 'silence' ? null : e)) },
  'a unit sees what another unit has': { law: 'L10', server: 'unitSeesForeign', seeds: 'L' },
  'a unit is told who reported': { law: 'L10', server: 'collectorNamed', seeds: 'L' },
  'a case handed back stays with its unit': { law: 'L4', server: 'unitLeaveLost', seeds: 'L' },
  'conditions of the table not asked': { law: 'table', server: 'conditionNotAsked', seeds: 'L' },
  'roles of the table not asked': { law: 'table', server: 'roleNotAsked', seeds: 'L' },
  'a duplicate taken out again is as it never was': { law: 'table', server: 'separateForgets', seeds: 'L' },
  'reconnecting given up': { law: 'R7', step: altered((e) => (e.type === 'timer' && e.name === 'reopen' ? null : e)) },
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
