import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseTaxonomy } from '@shared/taxonomy'
import { Random } from '@sync/sim/random'
import { type Ground, readGround } from './ground'
import { planOf, shiftMs } from './plan'
import { beatOf, placeIn, walkThrough } from './walk'

const root = fileURLToPath(new URL('../../', import.meta.url))
const ground: Ground = readGround(root)
const fifty = { seed: 1, phones: 50, records: 6 }

/** A plan without its walks, which are functions. */
const told = (plans: ReturnType<typeof planOf>) => JSON.stringify(plans.map(({ walk, ...plan }) => [plan, walk(shiftMs / 3)]))

test('a seed is a shift: the same one the same, another one another', () => {
  expect(told(planOf(ground, fifty))).toBe(told(planOf(ground, fifty)))
  expect(told(planOf(ground, { ...fifty, seed: 2 }))).not.toBe(told(planOf(ground, fifty)))
})

test('fifty phones are of all six squads, with their leaders, each phone somebody else\'s', () => {
  const plans = planOf(ground, fifty)
  const of = (role: string) => plans.filter((plan) => plan.role === role)
  expect([of('collector').length, of('leader').length, new Set(of('collector').map(({ squad }) => squad)).size]).toEqual([50, 6, 6])
  expect(new Set(plans.map(({ login }) => login)).size).toBe(plans.length)
  expect(ground.squads.find(({ code }) => code === 'squad-6')?.collectors).toHaveLength(13)
})

test('more phones than collectors are second phones of theirs', () => {
  const names = planOf(ground, { ...fifty, phones: 70 }).filter(({ role }) => role === 'collector').map(({ name }) => name)
  expect([names.length, new Set(names).size, names.filter((name) => name.endsWith('-2')).length]).toEqual([70, 70, 11])
})

test('what is found has a known category, words marked as demo that are filled in, a picture, and a serial of its own', () => {
  const taxonomy = parseTaxonomy(readFileSync(`${root}shared/taxonomy.json`, 'utf8'))
  const finds = planOf(ground, { ...fifty, records: 60 }).flatMap((plan) => plan.finds)
  for (const find of finds) {
    expect(taxonomy.known(find.category), find.category).toBe(true)
    expect(find.description).toMatch(/^【演示】[^{}]{6,}〔[a-z0-9-]+〕$/)
    expect(find.address).toMatch(/^[^{}]{4,}$/)
    expect([0, find.at, shiftMs].sort((a, b) => a - b)).toEqual([0, find.at, shiftMs])
    expect(find.pictures.length).toBeGreaterThanOrEqual(find.action === 'selfHandle' ? 2 : 1)
  }
  expect(new Set(finds.map(({ serial }) => serial)).size).toBe(finds.length)
})

test('kinds come as in the field: appearance four in five, small ads before all others, one in seven handled on the spot', () => {
  const finds = planOf(ground, { ...fifty, records: 200 }).flatMap((plan) => plan.finds)
  const share = (is: (find: (typeof finds)[number]) => boolean) => finds.filter(is).length / finds.length
  const category = (code: RegExp) => share((find) => code.test(find.category))
  expect(category(/\|0[67]\d{3}$/)).toBeCloseTo(0.8, 1)
  expect(category(/\|07001$/)).toBeGreaterThan(category(/\|06036$/))
  expect(category(/\|06036$/)).toBeGreaterThan(category(/\|06010$/))
  expect(share(({ action }) => action === 'selfHandle')).toBeCloseTo(0.15, 1)
  expect(share(({ fate }) => fate === 'return')).toBeCloseTo(0.07, 1)
})

test('somebody walks on, never further off than the ways of the city, and stands where something is found when it is', () => {
  const box = [113.078, 27.868, 113.098, 27.876] as const
  const random = new Random('walk')
  for (let n = 0; n < 200; n++) {
    const stops = Array.from({ length: 5 }, (_, i) => ({ at: i * 1000, place: placeIn(beatOf(box, n % 13, 13), random.next(), random.next()) }))
    const walk = walkThrough(stops, ground.tracks, random)
    for (const { at, place } of stops) {
      expect(walk(at).longitude).toBeCloseTo(place.longitude, 9)
      expect(walk(at).latitude).toBeCloseTo(place.latitude, 9)
    }
    for (let at = 0; at <= 5000; at += 50) {
      const { longitude, latitude } = walk(at)
      expect(Math.abs(longitude - 113.088)).toBeLessThan(0.02)
      expect(Math.abs(latitude - 27.872)).toBeLessThan(0.02)
    }
  }
})

test('beats of a box cover it without lying over one another', () => {
  const box = [0, 0, 6, 2] as const
  for (const n of [1, 5, 9, 13]) {
    const beats = Array.from({ length: n }, (_, i) => beatOf(box, i, n))
    for (const [west, south, east, north] of beats) expect(west >= 0 && south >= 0 && east <= 6 + 1e-9 && north <= 2 + 1e-9 && east > west && north > south).toBe(true)
    expect(new Set(beats.map(([west, south]) => `${west.toFixed(6)} ${south.toFixed(6)}`)).size).toBe(n)
  }
})

test('lines go off and come back, and so do clocks', () => {
  const turns = planOf(ground, fifty).flatMap((plan) => plan.turns)
  const kinds = new Set(turns.map((turn) => (turn.type === 'weather' ? Object.keys(turn.weather).sort().join() : turn.type === 'mishap' ? turn.mishap : 'clock')))
  expect([...kinds].sort()).toEqual(['', 'bytesPerSecond,latencyMs', 'clock', 'cutPhoto', 'cutPush', 'loseAck', 'losePhotoAck', 'off', 'silent'])
  for (const { turns: own } of planOf(ground, fifty)) expect(own.map(({ at }) => at)).toEqual(own.map(({ at }) => at).sort((a, b) => a - b))
})
