// What will happen in a run, all of it from the seed: who finds what where and when, how each line behaves, how wrong each
// clock is. Times are milliseconds of the shift, which the run compresses.

import { Random } from '@sync/sim/random'
import type { Found, Ground, Kind, Squad } from './ground'
import { beatOf, placeIn, type Walk, walkThrough } from './walk'
import type { Weather } from './line'

export interface PlanOptions {
  readonly seed: number
  /** Collectors' phones. */
  readonly phones: number
  /** What a collector finds in a shift. */
  readonly records: number
}

/** What a collector finds, and what becomes of it. */
export interface Find {
  /** Names it for good: in its words, and in whatever is said of it. */
  readonly serial: string
  readonly at: number
  readonly action: 'report' | 'selfHandle'
  readonly category: string
  readonly description: string
  readonly address: string
  readonly pictures: readonly string[]
  /** What its leader will do. */
  readonly fate: 'file' | 'return' | 'reject' | 'pass' | 'fail'
  /** How long the leader thinks, and a collector until a returned one is mended. */
  readonly thinking: number
  readonly reason: string
  readonly answer: { readonly words: string; readonly photo: boolean }
  /** Something more on the same case by the same person. */
  readonly later: { readonly action: 'comment' | 'attach' | 'amend'; readonly after: number; readonly words: string } | null
  readonly origin: 'camera' | 'gallery'
  /** Metres; null where there was no fix. */
  readonly accuracy: number | null
}

/** What goes wrong once, when next there is something for it to go wrong with. */
export type Mishap = 'cutPush' | 'loseAck' | 'cutPhoto' | 'losePhotoAck'

/** A change of the line or of the clock. */
export type Turn =
  | { readonly at: number; readonly type: 'weather'; readonly weather: Weather; /** Whether the phone is told that it is on line again. */ readonly told: boolean }
  | { readonly at: number; readonly type: 'mishap'; readonly mishap: Mishap }
  | { readonly at: number; readonly type: 'clock'; readonly by: number }

export interface PhonePlan {
  readonly name: string
  readonly login: string
  readonly squad: string
  readonly role: 'collector' | 'leader'
  /** Wall clock minus truth, ms. */
  readonly skew: number
  readonly walk: Walk
  readonly finds: readonly Find[]
  readonly turns: readonly Turn[]
}

export const shiftMs = 7 * 3_600_000
/** Minute of the day at which the shift begins, in the records' own clock. */
const begins = 7 * 60 + 30
const minute = 60_000
/** Of what could be handled on the spot, so much is: about 15 % of everything. */
const selfHandled = 0.2

export function planOf(ground: Ground, { seed, phones, records }: PlanOptions): PhonePlan[] {
  const collectors = places(ground, phones).map(({ squad, login, i, n, nth }) => {
    const name = nth === 0 ? login : `${login}-${nth + 1}`
    const random = new Random(seed, name)
    const beat = beatOf(squad.box, i, n)
    const chosen = choose(ground.found, records, new Random(seed, name, 'found'))
    const finds = chosen.map((found, k) => findOf(ground, squad, found, `${name}-${String(k + 1).padStart(2, '0')}`, random))
    const stops = chosen.map((found, k) => ({ at: finds[k]?.at ?? 0, place: placeIn(beat, found.across, found.up) }))
    const walk = walkThrough([{ at: 0, place: placeIn(beat, 0.5, 0.5) }, ...stops], ground.tracks, random)
    return { name, login, squad: squad.code, role: 'collector' as const, skew: skewOf(random), walk, finds, turns: turnsOf(random, 30 * minute) }
  })
  const squads = ground.squads.filter(({ code }) => collectors.some(({ squad }) => squad === code))
  const leaders = squads.map(({ leader, code, box }) => {
    const random = new Random(seed, leader)
    return { name: leader, login: leader, squad: code, role: 'leader' as const, skew: skewOf(random), walk: () => placeIn(box, 0.5, 0.5), finds: [], turns: turnsOf(random, 90 * minute) }
  })
  return [...collectors, ...leaders]
}

/** Who carries the phones: the squads' collectors in turn, and once all have one, their second phones. */
function places({ squads }: Ground, phones: number) {
  const people = squads.flatMap((squad) => squad.collectors.map((login, i) => ({ squad, login, i, n: squad.collectors.length })))
  // In turn over the squads, so that few phones are of few squads, and many of all.
  people.sort((a, b) => Math.floor(a.i / 4) - Math.floor(b.i / 4))
  return Array.from({ length: phones }, (_, k) => {
    const person = people[k % people.length]
    if (person === undefined) throw new Error('the demo has no collectors')
    return { ...person, nth: Math.floor(k / people.length) }
  })
}

function choose(found: readonly Found[], records: number, random: Random): Found[] {
  return Array.from({ length: records }, () => random.pick(found) as Found).sort((a, b) => a.minute - b.minute)
}

function findOf({ kinds }: Ground, squad: Squad, found: Found, serial: string, random: Random): Find {
  const category = random.weighted(kinds.types[found.type] ?? {})
  const kind = kinds.kinds[category] as Kind
  const handled = kind.handled !== undefined && random.chance(selfHandled)
  const say = (templates: readonly string[]) => fill(random.pick(templates) ?? '', squad, kinds.sides, random)
  const returned = random.pick(kinds.returned) as Ground['kinds']['returned'][number]
  const fate = handled ? random.weighted({ pass: 93, fail: 7 }) : random.weighted({ file: 87, return: 8, reject: 5 })
  const picture = () => random.pick(kind.pictures) ?? ''
  return {
    serial, category, fate,
    at: (found.minute - begins) * minute + random.whole(0, minute - 1),
    action: handled ? 'selfHandle' : 'report',
    description: `【演示】${say(handled ? (kind.handled ?? []) : kind.words)}〔${serial}〕`,
    address: say(kinds.places),
    pictures: Array.from({ length: handled ? 2 : Number(random.weighted({ 1: 70, 2: 25, 3: 5 })) }, picture),
    thinking: random.whole(20_000, 5 * minute),
    reason: fate === 'return' ? returned.reason : (random.pick(fate === 'fail' ? kinds.failed : kinds.rejected) ?? ''),
    answer: { words: returned.answer, photo: returned.photo },
    later: random.chance(0.12)
      ? { action: random.weighted({ comment: 5, attach: 4, amend: 3 }), after: random.whole(minute, 60 * minute), words: random.pick(kinds.comments) ?? '' }
      : null,
    origin: random.chance(0.04) ? 'gallery' : 'camera',
    accuracy: random.chance(0.03) ? null : random.chance(0.05) ? random.whole(101, 300) : random.whole(4, 25),
  }
}

/** Words with their braces filled. */
function fill(template: string, { roads, communities }: Squad, sides: readonly string[], random: Random): string {
  const pole = random.whole(1, 60)
  const [road = '', other = ''] = [random.pick(roads), random.pick(roads)]
  const post = (n: number) => String(n).padStart(3, '0')
  const words: Readonly<Record<string, string>> = {
    road, other: other === road ? `${road}支路` : other, side: random.pick(sides) ?? '', pole: post(pole), next: post(pole + 1),
    community: random.pick(communities) ?? '', n: String(random.whole(2, 8)),
  }
  return template.replaceAll(/\{(\w+)\}/g, (_all, name: string) => words[name] ?? '')
}

/** Most clocks are right, some are minutes out, a few were never set. */
function skewOf(random: Random): number {
  const most = { good: 3_000, minutes: 5 * minute, hour: 60 * minute, days: 3 * 24 * 60 * minute }[random.weighted({ good: 60, minutes: 25, hour: 10, days: 5 })]
  return random.whole(-most, most)
}

/** Good weather, then something bad, again and again; `calm` is how long good weather lasts on average. */
function turnsOf(random: Random, calm: number): Turn[] {
  const turns: Turn[] = []
  const weather = (at: number, is: Weather, told = true) => turns.push({ at: Math.round(at), type: 'weather', weather: is, told })
  for (let at = 0; ; ) {
    at += -Math.log(1 - random.next()) * calm
    if (at >= shiftMs) break
    const bad = random.weighted({ off: 40, silent: 15, slow: 20, mishap: 25 })
    if (bad === 'mishap') {
      turns.push({ at: Math.round(at), type: 'mishap', mishap: random.weighted({ cutPush: 1, loseAck: 1, cutPhoto: 2, losePhotoAck: 1 }) })
      continue
    }
    if (bad === 'off') weather(at, { off: true })
    if (bad === 'silent') weather(at, { silent: true })
    if (bad === 'slow') weather(at, { bytesPerSecond: random.whole(40_000, 200_000), latencyMs: random.whole(50, 400) })
    const [least, longest] = ({ off: [2, 25], silent: [1, 8], slow: [5, 20] } as const)[bad]
    at += random.whole(least, longest) * minute
    if (at < shiftMs) weather(at, {}, random.chance(0.7))
  }
  if (random.chance(0.08)) turns.push({ at: random.whole(0, shiftMs), type: 'clock', by: random.whole(-120, 120) * minute })
  return turns.sort((a, b) => a.at - b.at)
}
