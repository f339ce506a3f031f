import { describe, expect, it } from 'vitest'
import type { Day, DayPerson, DayPhone } from '../../state/office/day'
import { alarmsOf, heardOf, holdingOf, inOrder, silentMs, stirs, unheard } from './day'

const now = Date.UTC(2026, 10, 26, 4)
const minute = 60_000

function phone(more: Partial<DayPhone>): DayPhone {
  return { replica: 'r', device: '', here: false, records: 0, photos: 0, gaps: [], ...more }
}

function person(label: string, ...phones: readonly DayPhone[]): DayPerson {
  return { id: label, label, role: 'collector', here: false, reported: 0, filed: 0, returned: 0, waiting: 0, phones }
}

function day(...people: readonly DayPerson[]): Day {
  return { squad: { code: '6', name: '六中队' }, squads: [], day: now - 4 * 60 * minute, now, reported: 0, filed: 0, returned: 0, waiting: 0, people }
}

describe("L13: a squad's day", () => {
  it('adds what the phones of one person hold, since the first of it', () => {
    const phones = [phone({ records: 3, recordsSince: now - 5 * minute, photos: 2, photosSince: now - 9 * minute }), phone({ records: 1, recordsSince: now - minute })]
    expect(holdingOf(phones)).toEqual({ records: 4, photos: 2, since: now - 9 * minute })
    expect(holdingOf([])).toEqual({ records: 0, photos: 0, since: 0 })
  })

  it('does not take the time of what is not held any more', () => {
    expect(holdingOf([phone({ records: 1, recordsSince: now, photos: 0, photosSince: now - 90 * minute })]).since).toBe(now)
  })

  it('knows when a person was heard last, on any phone', () => {
    expect(heardOf(person('a', phone({ heardAt: 5 }), phone({ heardAt: 9 }), phone({})))).toBe(9)
    expect(heardOf(person('a'))).toBe(0)
  })

  it('counts the phones that never told what they hold: a sum without them is not all', () => {
    expect(unheard([person('a', phone({ heardAt: 5 }), phone({})), person('b', phone({ here: true })), person('c', phone({ heardAt: 0 })), person('d')])).toBe(2)
  })

  it('raises an alarm for a phone that holds something and is silent, not for one that is here or was heard just now', () => {
    const held = { records: 1, recordsSince: now - 2 * silentMs }
    const found = alarmsOf(day(
      person('here', phone({ replica: '1', ...held, here: true, heardAt: now - silentMs })),
      person('now', phone({ replica: '2', ...held, heardAt: now - silentMs + 1 })),
      person('silent', phone({ replica: '3', ...held, heardAt: now - silentMs })),
      person('longer', phone({ replica: '4', photos: 2, photosSince: 1, heardAt: now - 3 * silentMs })),
      person('empty', phone({ replica: '5', heardAt: now - 9 * silentMs })),
    ))
    expect(found.map(({ kind, person: { label } }) => [kind, label])).toEqual([['silent', 'longer'], ['silent', 'silent']])
  })

  it('names every hole first, whether the phone is here or not', () => {
    const gap = { from: 2, to: 4, at: now, short: '7ZK0Q-2' }
    const found = alarmsOf(day(person('a', phone({ replica: '1', photos: 1, heardAt: 0 })), person('b', phone({ replica: '2', here: true, gaps: [gap] }))))
    expect(found.map(({ kind, key }) => [kind, key])).toEqual([['gap', '2 2'], ['silent', '1']])
  })

  it('keeps out of the list only those of whom nothing is known today', () => {
    const begun = now - 4 * 60 * minute
    expect(stirs(person('a'), begun)).toBe(false)
    expect(stirs(person('a', phone({ heardAt: begun - 1 })), begun)).toBe(false)
    expect(stirs(person('a', phone({ heardAt: begun })), begun)).toBe(true)
    expect(stirs(person('a', phone({ heardAt: begun - 1, photos: 1 })), begun)).toBe(true)
    expect(stirs(person('a', phone({ gaps: [{ from: 1, to: 1, at: 1, short: '' }] })), begun)).toBe(true)
    expect(stirs({ ...person('a'), waiting: 1 }, begun)).toBe(true)
    expect(stirs({ ...person('a'), here: true }, begun)).toBe(true)
  })

  it('lists collectors by name and leaders behind them', () => {
    const leader = { ...person('中队长'), role: 'leader' as const }
    expect(inOrder([leader, person('采集员6-10'), person('采集员6-2')]).map(({ label }) => label)).toEqual(['采集员6-2', '采集员6-10', '中队长'])
  })
})
