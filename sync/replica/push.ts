// Operations on their way to the server: a window of pushes over all chains (R14 to R25).

import type { Chain, Effect, Waiting } from './event'
import { delay } from './backoff'
import { load, portion } from './load'
import { pull } from './pull'
import type { Aftermath, Lane, Pending } from './state'
import { beat, change, changeLane, keep, laneOf, send, talking } from './turn'
import type { Turn } from './turn'
import type { Ack, Answer, Fault, Known } from '../wire/types.gen'

/** So often a chain is made anew without any answer before it waits for the next conversation. */
const maxRemade = 2

export function laneFor(chain: Chain, remade = 0): Lane {
  const next = Math.max(chain.acked + 1, chain.oldest)
  return {
    chain, next, answered: chain.acked, flights: [], loading: false, singleTo: 0, after: null, halt: null, restUntil: 0, failures: 0, remade,
  }
}

/** A new conversation: every chain goes on from what is stored (R9). */
export function refresh(turn: Turn): void {
  const lanes = turn.replica.lanes.map((lane): Lane => {
    const halt = lane.halt === 'stuck' || lane.halt === 'starved' ? null : lane.halt
    const { singleTo, restUntil, failures } = lane
    const remade = Math.min(lane.remade, maxRemade - 1)
    return { ...laneFor(lane.chain, remade), singleTo, restUntil, failures, halt }
  })
  change(turn, { lanes })
}

/** Sends what may be sent, then asks for the feed (R29). */
export function pump(turn: Turn): void {
  if (!talking(turn.replica)) return
  for (const { chain } of turn.replica.lanes) {
    rested(turn, chain.replica)
    load(turn, chain.replica)
  }
  if (turn.replica.lanes.every(sentOut)) pull(turn)
}

/** Whether nothing of a chain is about to be sent. */
function sentOut(lane: Lane): boolean {
  return lane.halt !== null || (!lane.loading && lane.after === null && lane.next > lane.chain.last)
}

function rested(turn: Turn, id: string): void {
  const lane = laneOf(turn.replica, id)
  if (lane?.halt === 'resting' && turn.replica.now >= lane.restUntil) changeLane(turn, id, { halt: null })
}

/** Storage brought operations to send. */
export function loaded(turn: Turn, id: string, operations: readonly Waiting[]): void {
  const lane = laneOf(turn.replica, id)
  if (lane === undefined || !lane.loading) return
  changeLane(turn, id, { loading: false })
  if (lane.halt === null && lane.after === null) {
    const [first] = operations
    if (first === undefined) changeLane(turn, id, { halt: 'starved' })
    else push(turn, lane, first, operations)
  }
  settle(turn, id)
}

function push(turn: Turn, lane: Lane, first: Waiting, operations: readonly Waiting[]): void {
  // What should stand before it is gone from this phone: the server records a gap (R25).
  const oldest = first.counter > lane.next || lane.chain.oldest === 0 ? first.counter : Math.min(lane.chain.oldest, first.counter)
  const part = portion(operations, lane.next <= lane.singleTo ? 1 : turn.replica.limits.pushOperations, turn.replica.limits.frameBytes)
  const signature = part[part.length - 1]?.signature ?? ''
  const replica = lane.chain.replica
  changeLane(turn, replica, {
    chain: { ...lane.chain, oldest },
    next: first.counter + part.length,
    flights: [...lane.flights, { first: first.counter, hashes: part.map((o) => o.hash) }],
  })
  const receipts = part.flatMap((o) => o.receipt ?? [])
  send(turn, { t: 'push', replica, first: first.counter, oldest, operations: part.map((o) => o.text), signature, ...(receipts.length > 0 && { receipts }) })
}

/** Answers are kept in the order of the chain (R17). An answer to something else than was asked ends the conversation. */
export function acked(turn: Turn, { replica, answers }: Ack): boolean {
  const lane = laneOf(turn.replica, replica)
  const [flight, ...rest] = lane?.flights ?? []
  const last = answers[answers.length - 1]
  if (lane === undefined || flight === undefined || last === undefined) return false
  const fits = answers.length <= flight.hashes.length && answers.every((a, i) => a.counter === flight.first + i && a.hash === flight.hashes[i])
  if (!fits) return false
  const flights = answers.length === flight.hashes.length ? rest : lane.flights
  if (flight.first > Math.max(lane.answered + 1, lane.chain.oldest)) {
    // Taken although what stands before it was not. Storage would count it as all before it; it is made again with the rest.
    changeLane(turn, replica, { flights })
    settle(turn, replica)
    return true
  }
  changeLane(turn, replica, { answered: Math.max(lane.answered, last.counter), remade: 0, failures: 0, flights })
  keep(turn, { type: 'answers', replica, answers: [...answers] }, { type: 'answers', replica, first: flight.first, last })
  settle(turn, replica)
  return true
}

/** A push was not taken, or only up to the fault. */
export function faulted(turn: Turn, { code, replica = '' }: Fault): void {
  const lane = laneOf(turn.replica, replica)
  const [flight, ...rest] = lane?.flights ?? []
  if (lane === undefined || flight === undefined) return
  // The first fault says what to do; those of the pushes behind it only follow from it.
  const after = lane.after ?? aftermath(code, flight.hashes.length)
  const last = flight.first + flight.hashes.length - 1
  const alone = after === 'restart' || after === 'rest'
  changeLane(turn, replica, { flights: rest, after, ...(alone && lane.after === null && { singleTo: Math.max(lane.singleTo, last) }) })
  settle(turn, replica)
}

function aftermath(code: string, operations: number): Aftermath {
  switch (code) {
    case 'replica.forked':
      return 'forked'
    case 'replica.unknown':
      return 'enrol'
    case 'push.signature':
    case 'push.chain':
    case 'push.malformed':
      return operations > 1 ? 'restart' : 'unprovable'
    default:
      return 'rest'
  }
}

/** Goes on with a chain whose pushes were all answered. */
function settle(turn: Turn, id: string): void {
  const lane = laneOf(turn.replica, id)
  if (lane !== undefined && lane.after !== null && lane.flights.length === 0 && !lane.loading) conclude(turn, lane, lane.after)
  pump(turn)
}

function conclude(turn: Turn, lane: Lane, after: Aftermath): void {
  const id = lane.chain.replica
  const next = Math.max(lane.answered + 1, lane.chain.oldest)
  switch (after) {
    case 'restart':
      return changeLane(turn, id, { after: null, next })
    case 'enrol':
      changeLane(turn, id, { after: null, next, halt: 'enrolling' })
      turn.effects.push({ type: 'enrol', replica: id })
      return
    case 'rest': {
      const restUntil = turn.replica.now + delay(lane.failures, turn.random)
      changeLane(turn, id, { after: null, next, halt: 'resting', restUntil, failures: lane.failures + 1 })
      return beat(turn)
    }
    default:
      return reissue(turn, lane, after)
  }
}

/** Leaves the chain for a new one (R21), unless that did not help before: then not again in this conversation. */
function reissue(turn: Turn, lane: Lane, why: 'forked' | 'ahead' | 'unprovable'): void {
  const id = lane.chain.replica
  if (lane.remade >= maxRemade) return changeLane(turn, id, { after: null, halt: 'stuck' })
  if (lane.chain.acked < lane.answered) return // not before the answers are kept: what they name must not be made again
  changeLane(turn, id, { after: null, halt: 'reissuing' })
  const effect: Effect = { type: 'reissue', replica: id, after: lane.answered, why }
  turn.effects.push(effect)
}

/** The answers of a push are in durable storage. They count where those before them are stored too, so that none is missed for good. */
export function receipted(turn: Turn, { replica, first, last }: Extract<Pending, { type: 'answers' }>): void {
  const lane = laneOf(turn.replica, replica)
  if (lane === undefined) return
  const joins = first <= Math.max(lane.chain.acked + 1, lane.chain.oldest)
  if (joins && last.counter > lane.chain.acked) acknowledge(turn, lane, last)
  settle(turn, replica)
}

function acknowledge(turn: Turn, lane: Lane, { counter, hash }: Answer): void {
  const chain = { ...lane.chain, acked: counter, ackedHash: hash, last: Math.max(lane.chain.last, counter) }
  const idle = lane.flights.length === 0 && !lane.loading
  const answered = Math.max(lane.answered, counter)
  changeLane(turn, lane.chain.replica, { chain, answered, ...(idle && { next: Math.max(lane.next, answered + 1) }) })
}

/** What the server knows of a chain: as much as the phone thought, or less, or more than it ever made (R13, R14, R21). */
export function known(turn: Turn, row: Known): void {
  const lane = laneOf(turn.replica, row.replica)
  if (lane === undefined || lane.halt === 'reissuing') return
  const { chain } = lane
  if (row.fault === 'replica.unknown') return after(turn, unheard(turn, lane, row), 'enrol')
  if (lane.halt === 'enrolling') changeLane(turn, row.replica, { halt: null })
  if (row.counter > chain.last) return after(turn, lane, 'ahead')
  if (row.counter === chain.acked && row.counter > 0 && row.hash !== undefined && row.hash !== chain.ackedHash) return after(turn, lane, 'forked')
  if (row.counter >= chain.acked) return
  after(turn, unheard(turn, lane, row), 'restart')
}

/** The server lost what it had acknowledged: it is sent again. */
function unheard(turn: Turn, lane: Lane, { replica, counter, hash = '' }: Known): Lane {
  const keeps = new Map([...turn.replica.keeps].filter(([, pending]) => pending.type !== 'answers' || pending.replica !== replica))
  change(turn, { keeps })
  return { ...lane, chain: { ...lane.chain, acked: counter, ackedHash: hash }, answered: counter }
}

function after(turn: Turn, lane: Lane, what: Aftermath): void {
  changeLane(turn, lane.chain.replica, { chain: lane.chain, answered: lane.answered, after: what })
  settle(turn, lane.chain.replica)
}
