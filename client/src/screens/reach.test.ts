import { expect, it } from 'vitest'
import type { Case, Entry } from '@shared/types.gen'
import { reachOf } from './reach'

const by = { kind: 'person', id: 'p' } as const
const entry = (more: Partial<Entry>): Entry => ({ revision: 1, replica: 'r', counter: 1, action: 'report', by, role: 'collector', at: 0, received: 0, payload: {}, ...more })

it('R38: says how far the last return came, and of an earlier one what is known', () => {
  const report = entry({})
  const first = entry({ revision: 2, action: 'return', delivered: 1, seen: 2 })
  const second = entry({ revision: 4, action: 'return' })
  const c: Case = {
    id: 'c', short: 'c', revision: 4, state: 'returned', source: 'collector', squad: '6', reporter: by, reportedAt: 0, arrivedAt: 0, changedAt: 0,
    timeline: [report, first, entry({ revision: 3, action: 'resubmit' }), second],
  }
  const said = (one: Entry, of = c) => reachOf(of, one, 60_000_000)
  expect([said(first), said(second), said({ ...second, delivered: 5 })]).toEqual(['reach.seen', 'reach.waits', 'reach.delivered'])
  expect([said(report), said({ ...second, late: 'case.stateChanged' }), said(second, { ...c, state: 'reported' })]).toEqual(['', '', ''])
})
