// Hello and welcome (R10 to R15), and what the phone learns of the server's clock.

import { maxHashes, maxReplicas, version } from '../wire/types.gen'
import type { Holding, Hello, Known, Pong, Welcome } from '../wire/types.gen'
import type { Chain } from './event'
import { begin } from './pull'
import { known, pump } from './push'
import { change, keep, send } from './turn'
import type { Turn } from './turn'

/** Says where the phone stands: what is stored, and nothing else (R9). */
export function hello(turn: Turn): void {
  const { app, lanes, place } = turn.replica
  const chains = lanes.map((lane) => lane.chain)
  const unsent = chains.slice(1).sort((a, b) => Number(b.last > b.acked) - Number(a.last > a.acked))
  const frame: Hello = { t: 'hello', v: version, app, replicas: [...chains.slice(0, 1), ...unsent].slice(0, maxReplicas).map(holding) }
  if (place.cursor !== null) frame.cursor = place.cursor
  change(turn, { asked: place })
  send(turn, frame)
}

function holding({ replica, oldest, last, acked, ackedHash }: Chain): Holding {
  return { replica, oldest, last, acked, ...(ackedHash !== '' && { ackedHash }) }
}

export function welcomed(turn: Turn, frame: Welcome): void {
  if (turn.replica.link !== 'greeting') return
  change(turn, { link: 'live', limits: frame.limits, anchor: frame.anchor })
  clock(turn, turn.replica.helloAt, frame.now)
  if (frame.replicas.length > 0) keep(turn, { type: 'known', known: frame.replicas }, null)
  frame.replicas.forEach((row: Known) => known(turn, row))
  begin(turn, frame)
  flush(turn)
  pump(turn)
}

export function ponged(turn: Turn, frame: Pong): void {
  const { ping } = turn.replica
  change(turn, { attempts: 0 })
  if (frame.n === ping.n) clock(turn, ping.at, frame.now)
}

/** The server's clock was `server` at some time between asking and now. */
function clock(turn: Turn, asked: number, server: number): void {
  const { now } = turn.replica
  const measured = { offset: Math.round(server - (asked + now) / 2), bound: Math.max(0, Math.ceil((now - asked) / 2)) }
  change(turn, { measured })
  turn.effects.push({ type: 'clock', ...measured })
}

/** Sends the questions and glances that waited for the conversation (R38). */
export function flush(turn: Turn): void {
  if (turn.replica.link !== 'live') return
  for (const { replica, hashes } of turn.replica.asks) {
    for (let at = 0; at < hashes.length; at += maxHashes) send(turn, { t: 'held?', replica, hashes: hashes.slice(at, at + maxHashes) })
  }
  const seen = [...turn.replica.seen].map(([id, revision]) => ({ case: id, revision }))
  for (let at = 0; at < seen.length; at += maxHashes) send(turn, { t: 'seen', cases: seen.slice(at, at + maxHashes) })
  change(turn, { asks: [], seen: new Map() })
}
