// How much of which chain is read from storage and put into one push.

import type { Waiting } from './event'
import type { Lane, Replica } from './state'
import { changeLane, laneOf } from './turn'
import type { Turn } from './turn'

/** Room that a push leaves in its frame for everything but the operations, in bytes. */
const envelopeBytes = 1_024

/** Asks storage for the next operations of a chain, while the window has room (R16). */
export function load(turn: Turn, id: string): void {
  const lane = laneOf(turn.replica, id)
  if (lane === undefined || !ready(lane) || inFlight(turn.replica) >= turn.replica.limits.pushesInFlight) return
  const { connection, limits } = turn.replica
  const limit = lane.next <= lane.singleTo ? 1 : limits.pushOperations
  changeLane(turn, id, { loading: true })
  turn.effects.push({ type: 'load', connection, replica: id, from: lane.next, limit })
}

function ready(lane: Lane): boolean {
  if (lane.halt !== null || lane.after !== null || lane.loading || lane.next > lane.chain.last) return false
  return lane.next > lane.singleTo || lane.flights.length === 0
}

/** Pushes that wait for their answer, and those about to be made. */
function inFlight(replica: Replica): number {
  return replica.lanes.reduce((sum, lane) => sum + lane.flights.length + Number(lane.loading), 0)
}

/** The first operations that fit one push and its frame; at least one. */
export function portion(operations: readonly Waiting[], most: number, frameBytes: number): readonly Waiting[] {
  let room = frameBytes - envelopeBytes
  let count = 0
  for (const { text, receipt = '' } of operations.slice(0, most)) {
    room -= utf8Length(JSON.stringify([text, receipt]))
    if (room < 0 && count > 0) break
    count += 1
  }
  return operations.slice(0, count)
}

function utf8Length(text: string): number {
  let bytes = text.length
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i)
    if (unit > 0x7ff) bytes += unit >= 0xd800 && unit <= 0xdfff ? 1 : 2
    else if (unit > 0x7f) bytes += 1
  }
  return bytes
}
