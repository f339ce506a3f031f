import fc from 'fast-check'
import { apply, arrive } from './apply'
import { judge } from './judge'
import { actions, arrivals, fields } from './types.gen'
import type { Arrival, Body, Case, Field, Judging, Photo, Role, Standing, Verdict, Voice } from './types.gen'
import { frozen } from './vectors/match'
import { builtinWorkflow, missing, moveOf } from './workflow'

const now = 1760000000000
const hashes = ['a', 'b', 'c'].map((letter) => letter.repeat(64))
const texts = ['', '井盖破损', '<&>', '🚧 已围挡', '\u3000', '湘天桥东']
const current = '(what the case shows)'

const standing = fc.constantFrom<Standing>({ role: 'collector', squad: 'six' }, { role: 'leader', squad: 'six' }, { role: 'collector', squad: 'seven' }, { role: 'server' }, {})
const text = fc.constantFrom(...texts)
const change = fc.record({ field: fc.constantFrom(...fields), from: fc.constantFrom(current, current, ...texts), to: text })
const payload = fc.record(
  { category: text, description: text, address: text, words: text, reason: text, changes: fc.array(change, { maxLength: 3 }), number: text, squad: text },
  { requiredKeys: ['category', 'words', 'reason', 'changes'] },
)
const photo: fc.Arbitrary<Photo> = fc.record({
  hash: fc.constantFrom(...hashes),
  size: fc.constant(1),
  type: fc.constant('image/jpeg'),
  origin: fc.constantFrom('camera', 'gallery'),
  part: fc.constantFrom('before', 'after'),
  takenAt: fc.constant(now),
})

const voice: fc.Arbitrary<Voice> = fc.record({
  hash: fc.constantFrom(...hashes),
  size: fc.constant(1),
  type: fc.constant('audio/webm'),
  duration: fc.constant(1000),
  takenAt: fc.constant(now),
})

/** One deed in a random life: an operation, or bytes that arrived. */
const deed = fc.record({
  who: fc.constantFrom('c3', 'c4', 'l6'),
  action: fc.constantFrom(...actions),
  payload,
  photos: fc.array(photo, { maxLength: 2 }),
  voices: fc.array(voice, { maxLength: 2 }),
  place: fc.option(fc.record({ longitude: fc.double({ noNaN: true }), latitude: fc.constant(27.8), accuracy: fc.nat(300), at: fc.constant(now), source: fc.constant('device') }), { nil: undefined }),
  device: fc.integer({ min: now - 9_000_000, max: now + 9_000_000 }),
  standingNow: standing,
  standingThen: standing,
  bytes: fc.option(fc.record({ hash: fc.constantFrom(...hashes), here: fc.constantFrom(...arrivals) }), { nil: undefined, freq: 4 }),
})
type Deed = typeof deed extends fc.Arbitrary<infer T> ? T : never

const opening: Deed = {
  who: 'c3',
  action: 'report',
  payload: { category: 'c', description: '井盖破损', words: '', reason: '', changes: [] },
  photos: [],
  voices: [],
  place: undefined,
  device: now,
  standingNow: { role: 'collector', squad: 'six' },
  standingThen: { role: 'collector', squad: 'six' },
  bytes: undefined,
}
// Most lives begin with a report; the others with whatever came first.
const life = fc.tuple(fc.boolean(), fc.array(deed, { maxLength: 14 })).map(([lost, deeds]) => (lost ? deeds : [opening, ...deeds]))

interface Step {
  before: Case | undefined
  after: Case | undefined
  body?: Body
  judging?: Judging
  verdict?: Verdict
  bytes?: { hash: string; here: Arrival }
}

/** Plays a life; whatever it hands on is frozen, so that a change in place throws. */
function play(deeds: Deed[]): Step[] {
  const steps: Step[] = []
  let c: Case | undefined
  deeds.forEach((d, i) => {
    const before = frozen(c)
    if (d.bytes && before) {
      c = arrive(before, d.bytes.hash, d.bytes.here)
      steps.push({ before, after: c, bytes: d.bytes })
      return
    }
    const body = frozen(bodyOf(d, i, before))
    const judging = frozen({ now: now + i, standingNow: d.standingNow, standingThen: d.standingThen, categoryKnown: true })
    const verdict = frozen(judge(before, body, judging))
    c = apply(before, body, verdict)
    steps.push({ before, after: c, body, judging, verdict })
  })
  return steps
}

function bodyOf(d: Deed, i: number, c: Case | undefined): Body {
  const changes = d.payload.changes.map((ch) => ({ ...ch, from: ch.from === current ? shown(c, ch.field) : ch.from }))
  return {
    v: 1,
    replica: '0199c000-1111-7000-8000-0000000aaaaa',
    counter: i + 1,
    case: '0199c000-2222-7000-8000-000000000001',
    author: { kind: 'person', id: d.who },
    source: 'collector',
    action: d.action,
    payload: { ...d.payload, changes },
    seen: 0,
    taxonomy: '1',
    time: { device: d.device },
    ...(d.place && { place: d.place }),
    photos: d.photos,
    voices: d.voices,
  }
}

function shown(c: Case | undefined, field: Field): string {
  return c?.[field] ?? ''
}

/** Checks every step of random lives. */
function everyStep(check: (step: Step) => void): void {
  fc.assert(fc.property(life, (deeds) => { play(deeds).forEach(check) }), { numRuns: 300 })
}

test('what is given to apply and arrive stays as it was', () => {
  everyStep(({ after }) => expect(after === undefined || after.timeline.length > 0).toBe(true))
})

test('revisions count what is on the timeline; a refused operation changes nothing', () => {
  everyStep(({ before, after, verdict }) => {
    if (verdict?.outcome === 'refused') expect(after).toBe(before)
    const grown = verdict && verdict.outcome !== 'refused' ? 1 : 0
    expect(after?.revision ?? 0).toBe((before?.revision ?? 0) + grown)
    expect((after?.timeline ?? []).map((entry) => entry.revision)).toEqual(Array.from({ length: after?.revision ?? 0 }, (_, i) => i + 1))
  })
})

test('L5: replay uses the recorded verdicts, whatever the table of today says', () => {
  let otherwise = 0
  fc.assert(
    fc.property(life, (deeds) => {
      const steps = play(deeds)
      let c: Case | undefined
      for (const { body, judging, verdict, bytes } of steps) {
        if (bytes) c = c && arrive(c, bytes.hash, bytes.here)
        if (!body || !judging || !verdict) continue
        if (judge(c, body, judging, { version: 99, moves: [] }).outcome !== verdict.outcome) otherwise++
        c = apply(c, body, verdict)
      }
      expect(c).toStrictEqual(steps.at(-1)?.after)
    }),
  )
  expect(otherwise).toBeGreaterThan(0)
})

test('L5: no value vanishes: it was replaced by somebody who saw it, or stands among the conflicts', () => {
  everyStep(({ before, after, body }) => {
    if (!before || !after || !body) return
    for (const field of fields) {
      const was = shown(before, field)
      if (was === '' || shown(after, field) === was) continue
      const seen = (body.payload.changes ?? []).some((ch) => ch.field === field && ch.from === was)
      const kept = (after.conflicts ?? []).slice(before.conflicts?.length ?? 0).some((c) => c.field === field && c.lost === was)
      expect({ field, was, told: seen || kept }).toEqual({ field, was, told: true })
    }
  })
})

test('L6: field evidence is never refused for the state of the case, and all of it is on the timeline', () => {
  everyStep(({ before, after, body, verdict }) => {
    if (!body || !verdict) return
    const move = moveOf(builtinWorkflow, body.action)
    if (verdict.outcome === 'refused') {
      if (move?.evidence) expect([missing(move, body), 'case.notInScope', 'operation.notPermitted']).toContain(verdict.fault)
      return
    }
    const entry = after?.timeline.at(-1)
    expect(entry).toMatchObject({ payload: body.payload, at: verdict.at })
    expect(entry?.place).toBe(body.place)
    const onCase = (after?.photos ?? []).map((p) => p.hash)
    for (const { hash } of body.photos ?? []) {
      expect(entry?.photos).toContain(hash)
      expect(onCase).toContain(hash)
    }
    for (const { hash } of body.voices ?? []) {
      expect(entry?.voices).toContain(hash)
      expect((after?.voices ?? []).map((v) => v.hash)).toContain(hash)
    }
    if (verdict.outcome === 'late' && before) expect([after?.state, entry?.late]).toEqual([before.state, verdict.fault])
  })
})

test('L11: marks block nothing: the same deed with an impossible clock, place and camera comes out alike', () => {
  let marks = 0
  everyStep(({ before, body, judging, verdict }) => {
    if (!body || !judging || !verdict) return
    const suspect: Body = {
      ...body,
      time: { device: 2 ** 53 - 1 },
      anchor: { token: 't', at: 2 ** 52 },
      place: { longitude: 999, latitude: -999, accuracy: 1e300, at: 0, source: 'device' },
      photos: (body.photos ?? []).map((p) => ({ ...p, origin: 'gallery', exif: { at: 0, longitude: 0, latitude: 0 } })),
    }
    const got = judge(before, suspect, { ...judging, afterGap: true })
    marks += got.marks?.length ?? 0
    expect(decided(got)).toEqual(decided(verdict))
  })
  expect(marks).toBeGreaterThan(0)
})

function decided({ outcome, fault, to, role, squad }: Verdict): [string, string?, string?, Role?, string?] {
  return [outcome, fault, to, role, squad]
}
