// The feed: pages of the pull, then live changes (R29 to R37). What came is kept in its order, one keep at a time; what
// comes while one is being kept is gathered for the next.

import type { Case } from '@shared/types.gen'
import { rows } from '../wire/wire'
import type { Cases, Welcome } from '../wire/types.gen'
import type { Place } from './event'
import type { Feed, Pending } from './state'
import { change, keep, send, talking } from './turn'
import type { Turn } from './turn'

/** Asks for the feed once, behind the pushes (R29). */
export function pull(turn: Turn): void {
  if (turn.replica.pull !== 'due' || !talking(turn.replica)) return
  change(turn, { pull: 'sent' })
  send(turn, { t: 'pull' })
}

/** Where the feed will begin: at the cursor that hello named, or with everything in scope as a new generation (R12, R31). */
export function begin(turn: Turn, { epoch, scope, since }: Welcome): void {
  const { asked, generation } = turn.replica
  const cursor = asked.cursor
  const valid = cursor !== null && cursor.epoch === epoch && cursor.scope === scope && cursor.seq === since
  const feed = { epoch, scope, storing: false, news: new Map(), seq: null, drop: false, end: false }
  if (valid) {
    change(turn, { feed: { ...feed, generation: asked.generation, complete: asked.complete } })
    return
  }
  const next = Math.max(generation, asked.generation) + 1
  change(turn, { generation: next, feed: { ...feed, generation: next, complete: false } })
}

export function paged(turn: Turn, frame: Cases): void {
  const news: [string, Case | null][] = rows(frame.columns).map((c) => [c.id, c])
  for (const id of frame.leaves ?? []) news.push([id, null])
  gather(turn, news, frame.seq, !frame.more)
}

export function changed(turn: Turn, c: Case, seq: number): void {
  gather(turn, [[c.id, c]], seq, false)
}

export function left(turn: Turn, id: string, seq: number): void {
  gather(turn, [[id, null]], seq, false)
}

function gather(turn: Turn, news: readonly [string, Case | null][], seq: number, end: boolean): void {
  const { feed } = turn.replica
  if (feed === null) return
  const merged = new Map(feed.news)
  for (const [id, word] of news) merged.set(id, word)
  const drop = feed.drop || (end && !feed.complete)
  change(turn, { feed: { ...feed, news: merged, seq, drop, end: feed.end || end, complete: feed.complete || end } })
  store(turn)
}

function store(turn: Turn): void {
  const { feed, connection } = turn.replica
  if (feed === null || feed.storing || feed.seq === null) return
  const place = placeOf(feed, feed.seq)
  const cases = [...feed.news.values()].filter((c) => c !== null)
  const leaves = [...feed.news].filter(([, c]) => c === null).map(([id]) => id)
  change(turn, { feed: { ...feed, storing: true, news: new Map(), seq: null, drop: false, end: false } })
  keep(turn, { type: 'cases', cases, leaves, place, dropUnnamed: feed.drop }, { type: 'cases', connection, place, end: feed.end })
}

function placeOf({ epoch, scope, generation, complete }: Feed, seq: number): Place {
  return { cursor: { epoch, scope, seq }, generation, complete }
}

/**
 * The news are in durable storage: only now the server may think so (R30). False where they are an older connection's and of
 * another generation than this conversation builds on: it must begin anew.
 */
export function stored(turn: Turn, done: Extract<Pending, { type: 'cases' }>): boolean {
  change(turn, { place: done.place })
  const { feed, connection, asked } = turn.replica
  if (done.connection !== connection) return !talking(turn.replica) || done.place.generation === asked.generation
  if (feed === null || done.place.cursor === null) return true
  change(turn, { feed: { ...feed, storing: false } })
  if (done.end) reached(turn)
  send(turn, { t: 'have', seq: done.place.cursor.seq })
  store(turn)
  return true
}

/**
 * The phone shows what the server has. Only now it may take the anchor: an operation that carries it was made by somebody
 * who saw the cases of that time's scope, and is judged so (R33).
 */
function reached(turn: Turn): void {
  const { anchor, measured } = turn.replica
  change(turn, { pull: 'done', attempts: 0 })
  if (anchor !== null && measured !== null) turn.effects.push({ type: 'clock', ...measured, anchor })
}
