// One step under way, and the small things that every part of it does.

import { encode } from '../wire/wire'
import type { Frame } from '../wire/types.gen'
import type { Effect, Keep, TimerName } from './event'
import type { Lane, Pending, Replica } from './state'

/** One step under way: the replica as it will be, and what its shell must do. */
export interface Turn {
  replica: Replica
  readonly effects: Effect[]
  readonly random: () => number
}

export function change(turn: Turn, fields: Partial<Replica>): void {
  turn.replica = { ...turn.replica, ...fields }
}

export function laneOf(replica: Replica, id: string): Lane | undefined {
  return replica.lanes.find((lane) => lane.chain.replica === id)
}

export function changeLane(turn: Turn, id: string, fields: Partial<Lane>): void {
  change(turn, { lanes: turn.replica.lanes.map((lane) => (lane.chain.replica === id ? { ...lane, ...fields } : lane)) })
}

/** Whether a conversation is under way in which the phone may speak. */
export function talking(replica: Replica): boolean {
  return replica.link === 'greeting' || replica.link === 'live'
}

/** Sends a frame on the connection that is open. */
export function send(turn: Turn, frame: Frame): void {
  turn.effects.push({ type: 'send', connection: turn.replica.connection, text: encode(frame) })
  change(turn, { sentAt: turn.replica.now })
}

/** Sets a timer, or cancels it with a negative time. */
export function timer(turn: Turn, name: TimerName, after: number): void {
  turn.effects.push({ type: 'timer', name, after })
}

/** Sets the heartbeat to when it is next needed: for a ping, or to try a push again. */
export function beat(turn: Turn): void {
  const { now, sentAt, limits, lanes } = turn.replica
  const rests = lanes.filter((lane) => lane.halt === 'resting').map((lane) => lane.restUntil - now)
  timer(turn, 'heartbeat', Math.max(0, Math.min(sentAt + limits.heartbeatMs - now, ...rests)))
}

/** Asks the shell to store something; pending is what will be true when it did. */
export function keep(turn: Turn, what: Keep, pending: Pending | null): void {
  const { lastKeep, keeps, connection } = turn.replica
  const number = lastKeep + 1
  change(turn, { lastKeep: number, keeps: pending === null ? keeps : new Map(keeps).set(number, pending) })
  turn.effects.push({ type: 'keep', connection, keep: number, what })
}
