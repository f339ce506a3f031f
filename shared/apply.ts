import { carry, lead, setClocks } from './carry'
import { put, setField } from './field'
import { judge } from './judge'
import { shortId } from './id'
import { fields } from './types.gen'
import type { Arrival, Body, Case, Entry, Standing, Verdict } from './types.gen'

/**
 * The case after an operation that was judged. It is the only code that changes a case, on either side; it looks at the
 * recorded verdict, never at a table or a clock, and leaves what it is given as it was. A refused operation changes
 * nothing. c is absent for a new case.
 */
export function apply(c: Case | undefined, b: Body, v: Verdict): Case | undefined {
  if (v.outcome === 'refused') return c
  const next = c === undefined ? begin(b, v) : { ...c }
  next.revision += 1
  const entry = entryOf(next, b, v)
  if (v.outcome === 'applied') {
    change(next, b)
    carry(next, b, v)
  }
  if (v.to) lead(next, v.to)
  setClocks(next, v.clocks)
  next.changedAt = v.received
  addPhotos(next, b)
  addVoices(next, b)
  next.timeline = [...next.timeline, entry]
  return next
}

/** What the phone shows before the server answers: the operation judged with what the phone knows, and the case after it. */
export function predict(c: Case | undefined, b: Body, standing: Standing, now: number): { verdict: Verdict; case: Case | undefined } {
  const verdict = judge(c, b, { now, standingNow: standing, standingThen: standing, categoryKnown: true })
  return { verdict, case: apply(c, b, verdict) }
}

function begin(b: Body, v: Verdict): Case {
  // People may have said the short id aloud before the operation had to be made again under another number (R21).
  const made = b.was ?? b
  return {
    id: b.case,
    short: shortId(made.replica, made.counter),
    revision: 0,
    state: '' as Case['state'], // the verdict of an operation that opens a case always says where it leads
    source: b.source,
    squad: v.squad ?? '',
    reporter: b.author,
    ...(b.place && { fix: b.place }),
    reportedAt: v.at,
    arrivedAt: v.received,
    changedAt: v.received,
    timeline: [],
    ...(v.fault === 'case.reportMissing' && { reportMissing: true }),
  }
}

function entryOf(c: Case, b: Body, v: Verdict): Entry {
  const photos = (b.photos ?? []).map((p) => p.hash)
  const voices = (b.voices ?? []).map((v) => v.hash)
  return {
    revision: c.revision,
    replica: b.replica,
    counter: b.counter,
    action: b.action,
    by: b.author,
    role: (v.role ?? '') as Entry['role'],
    at: v.at,
    received: v.received,
    ...(c.state && { from: c.state }),
    ...(v.to && { to: v.to }),
    ...(v.fault && { late: v.fault }),
    payload: b.payload,
    ...(b.place && { place: b.place }),
    ...(photos.length > 0 && { photos }),
    ...(voices.length > 0 && { voices }),
    ...(v.marks && v.marks.length > 0 && { marks: v.marks }),
  }
}

/** Sets the fields that the operation names, on a case that is not yet anybody else's. */
function change(next: Case, b: Body): void {
  const p = b.payload
  switch (b.action) {
    case 'report':
    case 'selfHandle':
      // Where evidence opened the case before its report, what was amended meanwhile stays.
      for (const field of fields) put(next, field, next[field] ?? p[field])
      delete next.reportMissing
      break
    case 'amend':
    case 'resubmit':
      for (const ch of p.changes ?? []) setField(next, ch, b.author)
      break
    case 'number':
      put(next, 'number', p.number)
      break
    case 'transfer':
      next.former = [...(next.former ?? []), next.squad]
      next.squad = p.squad ?? ''
      break
  }
}

/** Puts the operation's photos on the case; a photo that the case has already keeps its first place. */
function addPhotos(next: Case, b: Body): void {
  const photos = [...(next.photos ?? [])]
  for (const p of b.photos ?? []) {
    if (photos.some((have) => have.hash === p.hash)) continue
    photos.push({ ...p, by: b.author, revision: next.revision, here: 'waiting', ...(p.preview && { previewHere: 'waiting' }) })
  }
  if (photos.length > 0) next.photos = photos
}

/** Puts the operation's voice notes on the case; one that the case has already keeps its first place. */
function addVoices(next: Case, b: Body): void {
  const voices = [...(next.voices ?? [])]
  for (const v of b.voices ?? []) {
    if (!voices.some((have) => have.hash === v.hash)) voices.push({ ...v, by: b.author, revision: next.revision, here: 'waiting' })
  }
  if (voices.length > 0) next.voices = voices
}

/**
 * The case after the bytes of a hash came, whole or damaged; the very same object where nothing changed. The arrival of a
 * photo or voice note is a change for the feed, not an operation.
 */
export function arrive(c: Case, hash: string, here: Arrival): Case {
  let changed = false
  const photos = (c.photos ?? []).map((p) => {
    const next = { ...p }
    if (p.hash === hash) next.here = here
    if (p.preview?.hash === hash) next.previewHere = here
    if (next.here === p.here && next.previewHere === p.previewHere) return p
    changed = true
    return next
  })
  const voices = (c.voices ?? []).map((v) => {
    if (v.hash !== hash || v.here === here) return v
    changed = true
    return { ...v, here }
  })
  if (!changed) return c
  return { ...c, ...(c.photos && { photos }), ...(c.voices && { voices }) }
}
