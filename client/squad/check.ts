// Compares what the phones were told with what the centre has, read back through fresh phones. Pure: it gives sentences, each
// beginning with the promise that is broken, and none where all hold.

import type { Case, Entry } from '@shared/types.gen'
import { canonical } from '@sync/sim/check'
import type { Summary } from '../src/db/summary'
import { serialOf } from './leader'
import { keyOf, type Saved, type Told } from './told'

/** What a phone shows when the run is over. */
export interface View {
  readonly name: string
  readonly person: string
  /** '' for the centre's. */
  readonly squad: string
  readonly cases: ReadonlyMap<string, Case>
}

export interface Evidence {
  readonly told: Told
  /** All cases, as a fresh phone of the centre got them. */
  readonly centre: ReadonlyMap<string, Case>
  /** The squad's phones, and fresh ones of their leaders. */
  readonly views: readonly View[]
  /** What each phone of the squad says of itself. */
  readonly lights: readonly { readonly name: string; readonly summary: Summary }[]
  /** SHA-256 of what the server serves for each hash that was acknowledged, or a fault's code. */
  readonly served: ReadonlyMap<string, string>
  /** Frames of each phone in a round in which nobody did anything. */
  readonly quiet: readonly { readonly name: string; readonly frames: ReadonlyMap<string, number> }[]
}

/** The server's estimate may be wrong by so much where the phone had measured its clock, ms. */
const timeToleranceMs = 2_000

interface Found {
  readonly case: Case
  readonly entry: Entry
}

export function check(evidence: Evidence): string[] {
  const { told, centre } = evidence
  const entries = entriesOf(centre)
  return [
    ...told.contradictions.map((what) => `R19: ${what}`),
    ...[...told.saved.values()].flatMap((saved) => once(saved, told, entries)),
    ...strangers(told, entries),
    ...[...centre.values()].flatMap((c) => fields(c, told)),
    ...photographs(evidence),
    ...evidence.views.flatMap((view) => converged(view, centre)),
    ...evidence.lights.flatMap(({ name, summary }) => (summary.allSent ? [] : [`L13: ${name} still waits with ${summary.records} records and ${summary.photos} photographs`])),
    ...evidence.quiet.flatMap(({ name, frames }) => quiet(name, frames)),
  ]
}

function entriesOf(centre: ReadonlyMap<string, Case>): Map<string, Found[]> {
  const entries = new Map<string, Found[]>()
  for (const c of centre.values()) for (const entry of c.timeline) entries.set(keyOf(entry), [...(entries.get(keyOf(entry)) ?? []), { case: c, entry }])
  return entries
}

/** Every operation was answered, is there exactly once, and says what its person said. */
function once(saved: Saved, told: Told, entries: ReadonlyMap<string, Found[]>): string[] {
  const what = `${saved.action} of ${saved.serial} by ${saved.phone} (${keyOf(saved)}, case ${saved.caseId})`
  const answer = told.answers.get(keyOf(saved))?.answer
  const found = entries.get(keyOf(saved)) ?? []
  if (answer === undefined) return [`L13: ${what} was never acknowledged`]
  if (answer.outcome === 'refused') return [`L6: ${what} was refused with ${answer.fault ?? 'no fault'}`]
  const [first] = found
  if (first === undefined) return [`L2: ${what} was acknowledged and is lost`]
  if (found.length > 1) return [`L3: ${what} is there ${found.length} times`]
  const { case: c, entry } = first
  const said = { case: saved.caseId, action: saved.action, by: saved.person, payload: saved.payload, place: saved.place, photos: saved.photos.map(({ hash }) => hash) }
  const kept = { case: c.id, action: entry.action, by: entry.by.id, payload: entry.payload, place: entry.place, photos: entry.photos ?? [] }
  const apart = Math.abs(entry.at - saved.at)
  return [
    ...differences(said, kept).map((field) => `L3: ${what} was altered: ${field}`),
    ...saved.photos.flatMap((photo) => {
      const there = c.photos?.find(({ hash }) => hash === photo.hash)
      return there === undefined ? [] : differences(photo, there).map((field) => `L7: a photograph of ${what} was altered: ${field}`)
    }),
    ...((answer.outcome === 'late') === (entry.late !== undefined) ? [] : [`R17: ${what} was answered ${answer.outcome}, the case says ${entry.late ?? 'applied'}`]),
    ...(apart > timeToleranceMs && !entry.marks?.includes('timeUnmeasured') ? [`L11: ${what} is ${apart} ms from when it was done, and not marked`] : []),
  ]
}

/** The fields of the first that the second has otherwise. */
function differences(said: object, kept: object): string[] {
  const other = kept as Readonly<Record<string, unknown>>
  return Object.entries(said)
    .filter(([name, value]) => canonical(value ?? null) !== canonical(other[name] ?? null))
    .map(([name, value]) => `${name} was ${JSON.stringify(value)}, is ${JSON.stringify(other[name])}`)
}

/** Nothing is there that nobody did, and no find became two cases. */
function strangers(told: Told, entries: ReadonlyMap<string, Found[]>): string[] {
  const cases = new Set([...told.saved.values()].map(({ caseId }) => caseId))
  const serials = new Map([...told.saved.values()].map(({ serial, caseId }) => [serial, caseId]))
  const wrong: string[] = []
  for (const [key, found] of entries) {
    for (const { case: c, entry } of found) {
      const serial = serialOf(c)
      const twin = serials.get(serial)
      if (twin !== undefined && twin !== c.id && entry.revision === 1) wrong.push(`L3: ${serial} is there twice, as case ${twin} and as case ${c.id}`)
      if (cases.has(c.id) && entry.by.kind !== 'server' && !told.saved.has(key)) wrong.push(`L3: ${entry.action} ${key} on case ${c.id} was made by nobody here`)
    }
  }
  return wrong
}

/** The case shows what its operations say, the last of them winning. */
function fields(c: Case, told: Told): string[] {
  const [first, ...rest] = c.timeline
  const report = first === undefined ? undefined : told.saved.get(keyOf(first))
  if (report === undefined) return []
  const { category, description, address } = report.payload
  const want: Record<string, unknown> = { category, description, address }
  for (const { late, payload } of rest) if (late === undefined) for (const { field, to } of payload.changes ?? []) want[field] = to
  return differences({ ...want, reporter: { kind: 'person', id: report.person } }, c).map((field) => `L5: case ${c.id} of ${report.serial}: ${field}`)
}

/** Every photograph was acknowledged, and its bytes are those that were taken. */
function photographs({ told, centre, served }: Evidence): string[] {
  const here = new Set([...centre.values()].flatMap(({ photos = [] }) => photos.flatMap((p) => [...(p.here === 'here' ? [p.hash] : []), ...(p.previewHere === 'here' && p.preview ? [p.preview.hash] : [])])))
  return [...told.taken.values()].flatMap(({ hash, kind, phone }) => {
    const what = `${kind} ${hash} of ${phone}`
    const receipt = told.receipts.get(hash)
    if (receipt === undefined) return [`L13: ${what} was never acknowledged`]
    if (receipt.state === 'damaged') return [`L7: ${what} was acknowledged as damaged`]
    const bytes = served.get(hash)
    if (bytes !== hash) return [/^[0-9a-f]{64}$/.test(bytes ?? '') ? `L7: ${what} was altered: it is served as ${bytes}` : `L2: ${what} was acknowledged and is lost (${bytes ?? 'not asked for'})`]
    return here.has(hash) ? [] : [`R35: ${what} arrived, and no case says so`]
  })
}

/** A phone shows exactly the centre's cases of its person's scope. */
function converged({ name, person, squad, cases }: View, centre: ReadonlyMap<string, Case>): string[] {
  const scope = [...centre.values()].filter((c) => squad === '' || c.squad === squad || c.reporter.id === person)
  const wrong = scope.flatMap((c) => {
    const shown = cases.get(c.id)
    if (shown === undefined) return [`L4: ${name} lacks case ${c.id}`]
    return canonical(shown) === canonical(c) ? [] : [`L4: ${name} shows case ${c.id} at revision ${shown.revision}, the centre has ${c.revision}`]
  })
  const ids = new Set(scope.map(({ id }) => id))
  return [...wrong, ...[...cases.keys()].filter((id) => !ids.has(id)).map((id) => `L10: ${name} shows case ${id}, which is not its person's to see`)]
}

const saidInQuiet = new Set(['up hello', 'down welcome', 'up pull', 'down cases', 'up have', 'up ping', 'down pong'])

function quiet(name: string, frames: ReadonlyMap<string, number>): string[] {
  const said = [...frames].filter(([what]) => !saidInQuiet.has(what)).map(([what, count]) => `R39: ${name} had ${count} ${what} in a quiet round`)
  return (frames.get('up hello') ?? 0) > 0 ? said : [...said, `R39: ${name} said no hello in a quiet round`]
}
