// Spoils real evidence in the ways that must be found: a check that finds none of them proves nothing.

import type { Case } from '@shared/types.gen'
import type { Evidence } from './check'
import { keyOf, type Saved, Told } from './told'

interface Plant {
  /** How what is found must begin. */
  readonly law: string
  readonly spoil: (evidence: Evidence) => Evidence
}

const other = 'ab'.repeat(32)

export const plants: Readonly<Record<string, Plant>> = {
  'a record that was acknowledged and is lost': { law: 'L2', spoil: (e) => inCase(e, 'report', (c) => ({ ...c, timeline: c.timeline.slice(1) })) },
  'a whole case that was acknowledged and is lost': { law: 'L2', spoil: (e) => replaced(e, (cases) => void cases.delete(anyOf(e, 'report').caseId)) },
  'a record that is there twice': { law: 'L3', spoil: (e) => inCase(e, 'file', (c) => ({ ...c, timeline: [...c.timeline, ...c.timeline.slice(-2)] })) },
  'a find that became two cases': {
    law: 'L3',
    spoil: (e) => replaced(e, (cases) => {
      const c = cases.get(anyOf(e, 'report').caseId) as Case
      const [first, ...rest] = c.timeline
      cases.set(other, { ...c, id: other, timeline: [{ ...(first as Case['timeline'][number]), counter: 999 }, ...rest.map((entry) => ({ ...entry, counter: 999 + entry.revision }))] })
    }),
  },
  'words that were altered': { law: 'L3', spoil: (e) => inCase(e, 'report', (c) => ({ ...c, timeline: c.timeline.map((entry, i) => (i === 0 ? { ...entry, payload: { ...entry.payload, description: '别的' } } : entry)) })) },
  'a place that was altered': { law: 'L3', spoil: (e) => inCase(e, 'report', (c) => ({ ...c, timeline: c.timeline.map((entry) => (entry.place ? { ...entry, place: { ...entry.place, latitude: 0 } } : entry)) })) },
  'an author that was altered': { law: 'L3', spoil: (e) => inCase(e, 'file', (c) => ({ ...c, timeline: c.timeline.map((entry) => ({ ...entry, by: { ...entry.by, id: 'somebody' } })) })) },
  'a time that is wrong and not marked': { law: 'L11', spoil: (e) => inCase(e, 'report', (c) => ({ ...c, timeline: c.timeline.map((entry) => ({ ...entry, at: entry.at - 60_000, marks: [] })) })) },
  'a case that shows what nobody wrote': { law: 'L5', spoil: (e) => inCase(e, 'report', (c) => ({ ...c, address: '别处' })) },
  'a photograph whose bytes were altered': { law: 'L7', spoil: (e) => served(e, other) },
  'a photograph that was acknowledged and is lost': { law: 'L2', spoil: (e) => served(e, 'photo.notHere') },
  'a photograph that is described otherwise': { law: 'L7', spoil: (e) => inCase(e, 'report', (c) => ({ ...c, photos: (c.photos ?? []).map((photo) => ({ ...photo, takenAt: 1 })) })) },
  'an answer that never came': {
    law: 'L13',
    spoil: (e) => retold(e, (told) => void told.answers.delete(keyOf(anyOf(e, 'report')))),
  },
  'a record that was refused': {
    law: 'L6',
    spoil: (e) => retold(e, (told) => {
      const [key, { answer, at }] = [...told.answers][0] as [string, { answer: Parameters<Told['acknowledge']>[1]; at: number }]
      told.answers.set(key, { answer: { ...answer, outcome: 'refused', fault: 'operation.malformed' }, at })
    }),
  },
  'a second answer unlike the first': {
    law: 'R19',
    spoil: (e) => retold(e, (told) => {
      const saved = anyOf(e, 'report')
      const first = told.answers.get(keyOf(saved))
      if (first !== undefined) told.acknowledge(saved.replica, { ...first.answer, seq: first.answer.seq + 1 }, 0)
    }),
  },
  'a phone that lacks a case': { law: 'L4', spoil: (e) => viewed(e, (cases) => void cases.delete(anyOf(e, 'report').caseId)) },
  'a phone that shows an older case': {
    law: 'L4',
    spoil: (e) => viewed(e, (cases) => {
      const c = cases.get(anyOf(e, 'file').caseId) as Case
      cases.set(c.id, { ...c, revision: c.revision - 1 })
    }),
  },
  'a phone that shows a stranger\'s case': { law: 'L10', spoil: (e) => viewed(e, (cases) => void cases.set(other, { ...([...cases.values()][0] as Case), id: other })) },
  'a light that is not green': { law: 'L13', spoil: (e) => ({ ...e, lights: e.lights.map((light, i) => (i === 0 ? { ...light, summary: { ...light.summary, allSent: false } } : light)) }) },
  'a quiet round in which something is sent again': { law: 'R39', spoil: (e) => ({ ...e, quiet: e.quiet.map((one, i) => (i === 0 ? { ...one, frames: new Map([...one.frames, ['up push', 1]]) } : one)) }) },
}

/** An operation of the run whose case everybody of its squad shows. */
function anyOf({ told }: Evidence, action: Saved['action']): Saved {
  const saved = [...told.saved.values()].find((one) => one.action === action && (action !== 'report' || one.place !== undefined))
  if (saved === undefined) throw new Error(`the run had no ${action}`)
  return saved
}

function inCase(evidence: Evidence, action: Saved['action'], change: (c: Case) => Case): Evidence {
  const { caseId } = anyOf(evidence, action)
  return replaced(evidence, (cases) => void cases.set(caseId, change(cases.get(caseId) as Case)))
}

/** The centre and everybody who shows it spoilt alike: what only one side has wrong is another plant. */
function replaced(evidence: Evidence, spoil: (cases: Map<string, Case>) => void): Evidence {
  const centre = new Map(evidence.centre)
  spoil(centre)
  return { ...evidence, centre, views: [] }
}

function viewed(evidence: Evidence, spoil: (cases: Map<string, Case>) => void): Evidence {
  const { caseId } = anyOf(evidence, 'report')
  const views = evidence.views.map((view) => {
    if (!view.cases.has(caseId)) return view
    const cases = new Map(view.cases)
    spoil(cases)
    return { ...view, cases }
  })
  return { ...evidence, views }
}

function served(evidence: Evidence, bytes: string): Evidence {
  const [hash] = [...evidence.told.receipts.keys()]
  return { ...evidence, served: new Map([...evidence.served, [hash ?? '', bytes]]) }
}

function retold(evidence: Evidence, spoil: (told: Told) => void): Evidence {
  const { told } = evidence
  const copy = new Told()
  for (const name of ['saved', 'taken', 'answers', 'receipts', 'seen'] as const) for (const [key, value] of told[name]) copy[name].set(key, value as never)
  spoil(copy)
  return { ...evidence, told: copy }
}
