// The phone's half of buxun.sync.v1 as a pure step: see ../PROTOCOL.md for the rules, event.ts for what a shell must do.

import { decode } from '../wire/wire'
import type { Received } from '../wire/wire'
import type { Ask } from '../wire/types.gen'
import type { Chain, Effect, Event, Status } from './event'
import { flush, ponged, welcomed } from './greet'
import { closed, hangUp, open, opened, rang, wake } from './link'
import { changed, left, paged, stored } from './pull'
import { acked, faulted, laneFor, loaded, pump, receipted } from './push'
import { asleep } from './state'
import type { Replica } from './state'
import { change, changeLane, keep, laneOf, talking } from './turn'
import type { Turn } from './turn'

export type { Replica } from './state'
export { asleep } from './state'

/** What the phone's half becomes after an event, and what its shell must do, in order. random gives numbers in [0, 1). */
export function step(replica: Replica, event: Event, random: () => number): [Replica, Effect[]] {
  const turn: Turn = { replica: 'now' in event ? { ...replica, now: event.now } : replica, effects: [], random }
  take(turn, event)
  show(turn)
  return [turn.replica, turn.effects]
}

function take(turn: Turn, event: Event): void {
  if (event.type === 'start') return start(turn, event)
  if (turn.replica.link === 'stopped') return event.type === 'saved' ? remember(turn, event.chain) : undefined
  switch (event.type) {
    case 'stop':
      return stop(turn)
    case 'wake':
      return wake(turn)
    case 'opened':
      return isCurrent(turn, event) ? opened(turn) : undefined
    case 'frame':
      return isCurrent(turn, event) ? hear(turn, event.text) : undefined
    case 'closed':
      return isCurrent(turn, event) ? closed(turn, event.code) : undefined
    case 'loaded':
      return isCurrent(turn, event) ? loaded(turn, event.replica, event.operations) : undefined
    case 'timer':
      return rang(turn, event.name)
    case 'kept':
      return kept(turn, event.keep)
    case 'saved':
      return saved(turn, event.chain)
    case 'reissued':
      return reissued(turn, event.replica, event.chain)
    case 'enrolled':
      return enrolled(turn, event.replica)
    case 'ask':
      change(turn, { asks: [...turn.replica.asks, question(event)] })
      return flush(turn)
    case 'seen': {
      const seen = new Map(turn.replica.seen)
      for (const one of event.cases) seen.set(one.case, one.revision)
      change(turn, { seen })
      return flush(turn)
    }
  }
}

/** Only the newest connection counts; what older ones still bring is of an older generation (R8). */
function isCurrent(turn: Turn, { connection }: { connection: number }): boolean {
  return connection === turn.replica.connection
}

function question({ replica, hashes }: { replica: string; hashes: readonly string[] }): Ask {
  return { t: 'held?', replica, hashes: [...hashes] }
}

function start(turn: Turn, { chains, place, now, app }: Extract<Event, { type: 'start' }>): void {
  const { connection, lastKeep, generation, link, lanes } = turn.replica
  if (link === 'opening' || talking(turn.replica)) turn.effects.push({ type: 'close', connection })
  turn.replica = {
    ...asleep, now, app: app ?? '', connection, lastKeep, place, generation: Math.max(generation, place.generation), link: 'waiting',
    lanes: chains.map((chain) => laneFor(chain)),
  }
  // What was saved while the shell was reading the chains is not among them yet.
  for (const { chain } of link === 'stopped' ? lanes : []) remember(turn, chain)
  open(turn)
}

function stop(turn: Turn): void {
  const { connection, lastKeep, generation, heardAt, link, now, shown } = turn.replica
  if (link === 'opening' || talking(turn.replica)) turn.effects.push({ type: 'close', connection })
  for (const name of ['reopen', 'heartbeat', 'silence'] as const) turn.effects.push({ type: 'timer', name, after: -1 })
  turn.replica = { ...asleep, connection, lastKeep, generation, heardAt, now, shown }
}

function hear(turn: Turn, text: string): void {
  if (!talking(turn.replica)) return
  change(turn, { heardAt: turn.replica.now })
  let frame: Received | null
  try {
    frame = decode(text)
    if (frame !== null && !heed(turn, frame)) hangUp(turn)
  } catch {
    hangUp(turn) // what cannot be read ends the conversation, never the data (R9)
  }
}

/** Does what a frame says; false where the server speaks out of turn. */
function heed(turn: Turn, frame: Received): boolean {
  switch (frame.t) {
    case 'welcome':
      welcomed(turn, frame)
      break
    case 'ack':
      return acked(turn, frame)
    case 'fault':
      if (frame.replica === undefined) change(turn, { fault: frame.code })
      else faulted(turn, frame)
      break
    case 'cases':
      paged(turn, frame)
      break
    case 'change':
      changed(turn, frame.case, frame.seq)
      break
    case 'leave':
      left(turn, frame.case, frame.seq)
      break
    case 'held':
      keep(turn, { type: 'held', replica: frame.replica, here: frame.here, damaged: frame.damaged ?? [] }, null)
      break
    case 'pong':
      ponged(turn, frame)
      break
  }
  return true
}

function kept(turn: Turn, number: number): void {
  const pending = turn.replica.keeps.get(number)
  if (pending === undefined) return
  const keeps = new Map(turn.replica.keeps)
  keeps.delete(number)
  change(turn, { keeps })
  if (pending.type === 'answers') receipted(turn, pending)
  else if (!stored(turn, pending)) hangUp(turn)
}

/** An operation was saved, by this page or another (R43). */
function saved(turn: Turn, chain: Chain): void {
  remember(turn, chain)
  pump(turn)
}

function remember(turn: Turn, chain: Chain): void {
  const lane = laneOf(turn.replica, chain.replica)
  if (lane === undefined) {
    change(turn, { lanes: [...turn.replica.lanes, laneFor(chain)] })
  } else {
    const longer = { ...lane.chain, last: Math.max(lane.chain.last, chain.last), oldest: lane.chain.oldest || chain.oldest }
    changeLane(turn, chain.replica, { chain: longer, ...(lane.halt === 'starved' && { halt: null }) })
  }
}

/** The old chain is left; its successor goes as soon as it is enrolled. */
function reissued(turn: Turn, old: string, chain: Chain): void {
  const remade = laneOf(turn.replica, old)?.remade ?? 0
  const successor = { ...laneFor(chain, chain.last > 0 ? remade + 1 : remade), halt: 'enrolling' as const }
  const others = turn.replica.lanes.filter((lane) => lane.chain.replica !== chain.replica)
  const known = others.some((lane) => lane.chain.replica === old)
  change(turn, { lanes: known ? others.map((lane) => (lane.chain.replica === old ? successor : lane)) : [...others, successor] })
  turn.effects.push({ type: 'enrol', replica: chain.replica })
  pump(turn)
}

function enrolled(turn: Turn, id: string): void {
  const lane = laneOf(turn.replica, id)
  if (lane?.halt === 'enrolling') changeLane(turn, id, { halt: null })
  if (turn.replica.barred !== null) wake(turn)
  else pump(turn)
}

/** Tells the shell where the conversation stands, when it stands elsewhere than before. */
function show(turn: Turn): void {
  const { link, barred, heardAt, pull, shown, limits } = turn.replica
  const status: Status = { link, pulling: link === 'live' && pull !== 'done', fault: barred, heardAt }
  const stale = (heardAt ?? 0) - (shown?.heardAt ?? 0) >= limits.heartbeatMs
  if (shown !== null && !stale && shown.link === link && shown.pulling === status.pulling && shown.fault === barred) return
  change(turn, { shown: status })
  turn.effects.push({ type: 'status', status })
}
