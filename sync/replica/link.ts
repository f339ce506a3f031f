// The connection: opening it, noticing that it died, coming back (R5 to R9).

import { comesBack, faultRows } from '@shared/fault'
import { delay } from './backoff'
import { hello } from './greet'
import { pump, refresh } from './push'
import { beat, change, send, talking, timer } from './turn'
import type { Turn } from './turn'
import type { TimerName } from './event'

/** After a wake an answer must come within this time, or the connection is taken for dead. */
const probeMs = 10_000
/** A connection that takes longer to open than this is given up when somebody wakes the phone. */
const patienceMs = 3_000

/** Opens the next connection; whatever there was before is of an older generation then. */
export function open(turn: Turn): void {
  const { now, connection, limits } = turn.replica
  if (turn.replica.link === 'waiting') timer(turn, 'reopen', -1)
  change(turn, { link: 'opening', connection: connection + 1, openedAt: now, probedAt: null, fault: null, barred: null, pull: 'due', feed: null })
  turn.effects.push({ type: 'open', connection: connection + 1 })
  timer(turn, 'silence', limits.silenceMs)
}

export function opened(turn: Turn): void {
  if (turn.replica.link !== 'opening') return
  change(turn, { link: 'greeting', heardAt: turn.replica.now, helloAt: turn.replica.now })
  timer(turn, 'heartbeat', turn.replica.limits.heartbeatMs)
  refresh(turn)
  hello(turn)
  pump(turn)
}

/** Gives the connection up from this side. */
export function hangUp(turn: Turn): void {
  turn.effects.push({ type: 'close', connection: turn.replica.connection })
  lost(turn, null)
}

/** The connection closed with a code. */
export function closed(turn: Turn, code: number): void {
  const { link, fault } = turn.replica
  if (link !== 'opening' && !talking(turn.replica)) return
  lost(turn, comesBack(code) ? null : (fault ?? faultRows.find((row) => row.close === code)?.code ?? 'internal'))
}

function lost(turn: Turn, barred: string | null): void {
  const { attempts, now } = turn.replica
  timer(turn, 'heartbeat', -1)
  timer(turn, 'silence', -1)
  change(turn, { link: 'waiting', barred, pull: 'due', feed: null })
  if (barred !== null) return
  const after = delay(attempts, turn.random)
  change(turn, { attempts: attempts + 1, reopenAt: now + after })
  timer(turn, 'reopen', after)
}

/** Somebody wants it now: on line, visible, a tap (R7). */
export function wake(turn: Turn): void {
  const r = turn.replica
  if (r.link === 'waiting') {
    change(turn, { attempts: 0 })
    open(turn)
  } else if (r.link === 'opening' && r.now - r.openedAt > patienceMs) {
    turn.effects.push({ type: 'close', connection: r.connection })
    open(turn)
  } else if (talking(r) && r.now - (r.heardAt ?? 0) > patienceMs && (r.probedAt ?? 0) <= (r.heardAt ?? 0)) {
    change(turn, { probedAt: r.now })
    ping(turn)
    timer(turn, 'silence', probeMs)
  }
}

export function rang(turn: Turn, name: TimerName): void {
  switch (name) {
    case 'reopen':
      return reopen(turn)
    case 'silence':
      return silence(turn)
    case 'heartbeat':
      return heartbeat(turn)
  }
}

function reopen(turn: Turn): void {
  const { link, barred, reopenAt, now } = turn.replica
  if (link !== 'waiting' || barred !== null) return
  if (now >= reopenAt) open(turn)
  else timer(turn, 'reopen', reopenAt - now)
}

/** Timers are set once and look at the clock when they ring, so that hearing a frame costs nothing. */
function silence(turn: Turn): void {
  const r = turn.replica
  if (r.link !== 'opening' && !talking(r)) return
  const heard = Math.max(r.openedAt, r.heardAt ?? 0)
  const probed = r.probedAt !== null && r.probedAt >= heard
  const due = probed ? Math.min(heard + r.limits.silenceMs, (r.probedAt ?? 0) + probeMs) : heard + r.limits.silenceMs
  if (r.now >= due) hangUp(turn)
  else timer(turn, 'silence', due - r.now)
}

function heartbeat(turn: Turn): void {
  if (!talking(turn.replica)) return
  pump(turn)
  const { now, sentAt, limits } = turn.replica
  if (now - sentAt >= limits.heartbeatMs) ping(turn)
  beat(turn)
}

function ping(turn: Turn): void {
  const n = turn.replica.ping.n + 1
  change(turn, { ping: { n, at: turn.replica.now } })
  send(turn, { t: 'ping', n })
}
