import type { Case, Entry, Telling } from '@shared/types.gen'
import { expect, it } from 'vitest'
import type { CaseView } from './contract'
import { Newsreader } from './news'

const who = { id: 'c1', role: 'collector', squad: 'A' } as const
const now = Date.UTC(2026, 10, 26, 4) // noon at the centre
const chosen: Telling = { kinds: [] }

function entry(revision: number, action: Entry['action'], more: Partial<Entry> = {}): Entry {
  return { revision, replica: 'r', counter: revision, action, by: { kind: 'person', id: 'l1' }, role: 'leader', at: now, received: now, payload: {}, ...more } as Entry
}

function view(entries: readonly Entry[], more: Partial<Case> = {}): CaseView {
  const c = { id: 'a', short: '7ZK0Q-1', revision: entries.length, state: 'returned', source: 'collector', squad: 'A', reporter: { kind: 'person', id: 'c1' }, timeline: entries, ...more }
  return { case: c, travel: { kind: 'arrived' }, mine: true, unsent: 0, lost: false, unread: false } as unknown as CaseView
}

const report = entry(1, 'report', { by: { kind: 'person', id: 'c1' } })

it('says what came since the page was opened, once', () => {
  const reader = new Newsreader()
  expect(reader.read([view([report, entry(2, 'comment')])], who, chosen, now)).toEqual([])
  const after = [view([report, entry(2, 'comment'), entry(3, 'return')])]
  expect(reader.read(after, who, chosen, now).map(({ row, short }) => [row.kind, short])).toEqual([['returned', '7ZK0Q-1']])
  expect(reader.read(after, who, chosen, now)).toEqual([])
})

it('says nothing of what the person did, does not want, or slept through', () => {
  const steps: [Entry, Telling, number][] = [
    [entry(2, 'comment', { by: { kind: 'person', id: 'c1' } }), chosen, now],
    [entry(2, 'return'), { kinds: [{ kind: 'returned', ways: ['push'] }] }, now],
    [entry(2, 'comment'), { kinds: [], quiet: { from: 11 * 60, to: 13 * 60, urgent: true } }, now],
    [entry(2, 'return', { received: now - 3_600_000 }), chosen, now],
  ]
  for (const [step, telling, at] of steps) {
    const reader = new Newsreader()
    reader.read([view([report])], who, chosen, at)
    expect(reader.read([view([report, step])], who, telling, at)).toEqual([])
  }
})

it('what is urgent comes through quiet hours where that was chosen', () => {
  for (const urgent of [true, false]) {
    const reader = new Newsreader()
    reader.read([view([report])], who, chosen, now)
    expect(reader.read([view([report, entry(2, 'return')])], who, { kinds: [], quiet: { from: 11 * 60, to: 13 * 60, urgent } }, now)).toHaveLength(urgent ? 1 : 0)
  }
})

it('says once that a task is about to run out of time', () => {
  const reader = new Newsreader()
  const task = { kind: 'verify', assignee: 'c1', how: 'pick', since: 0, revision: 1 } as const
  const clocks = [{ phase: 'verify', pace: 'urgent', limit: 8 * 3_600_000, since: 0, due: now + 3_600_000, data: 'v' }] as const
  const cases = [view([report], { state: 'verifying', task, clocks: [...clocks] })]
  expect(reader.read(cases, who, chosen, now - 1)).toEqual([])
  expect(reader.read(cases, who, chosen, now).map(({ row }) => row.kind)).toEqual(['soon'])
  expect(reader.read(cases, who, chosen, now + 20_000)).toEqual([])
})

it('says nothing of what was there when the page was opened, whenever it is shown', () => {
  const reader = new Newsreader()
  reader.read([], who, chosen, now, now)
  const came = [entry(2, 'return', { received: now - 1 }), entry(3, 'return', { received: now + 1 })]
  expect(reader.read([view([report, ...came])], who, chosen, now + 2, now).map(({ key }) => key)).toEqual(['a returned 3'])
})
