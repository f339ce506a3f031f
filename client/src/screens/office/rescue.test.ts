import { describe, expect, it } from 'vitest'
import type { HealedPhone, Rescue } from '../../state/office/rescue'
import { backupStanding, comparedOf, groupsOf, proofStanding, sumsOf } from './rescue'

const hour = 3_600_000
const now = Date.UTC(2026, 10, 26, 4)

function rescue(more: Partial<Rescue>): Rescue {
  return { now, backupOld: 6 * hour, proofOld: 50 * hour, phones: [], compared: [], differences: [], key: 'k', ...more }
}

function phone(replica: string, more: Partial<HealedPhone> = {}): HealedPhone {
  return { replica, label: '', login: '', name: '', device: '', squad: '', here: false, back: 0, awaited: 0, gone: 0, waitingPhotos: 0, ...more }
}

const backup = (at: number) => ({ at, name: 'b', missing: 0, operations: 0 })
const proof = (at: number, fault?: string) => ({ at, backup: 'b', madeAt: at, totals: { operations: 1, cases: 1, photos: 1 }, ...(fault === undefined ? {} : { fault }) })

describe('how backups stand', () => {
  it('warns where there is none, where it is old, and where the last try made none', () => {
    expect(backupStanding(rescue({}))).toBe('none')
    expect(backupStanding(rescue({ backup: backup(now - 6 * hour) }))).toBe('good')
    expect(backupStanding(rescue({ backup: backup(now - 6 * hour - 1) }))).toBe('old')
    expect(backupStanding(rescue({ backup: backup(now - hour), failed: { at: now, fault: 'no room' } }))).toBe('failed')
  })

  it('warns where none was proved, where it was long ago, and where the last proof failed', () => {
    expect(proofStanding(rescue({ backup: backup(now) }))).toBe('none')
    expect(proofStanding(rescue({ proof: proof(now - 50 * hour) }))).toBe('good')
    expect(proofStanding(rescue({ proof: proof(now - 50 * hour - 1) }))).toBe('old')
    expect(proofStanding(rescue({ proof: proof(now, 'damaged'), good: proof(now - hour) }))).toBe('failed')
  })
})

describe('L13: what came back after a restore', () => {
  const phones = [
    phone('silent', { seenAt: now - 90 * hour }),
    phone('all', { heardAt: now, back: 3 }),
    phone('half', { heardAt: now, back: 1, awaited: 2 }),
    phone('nothing', { heardAt: now }),
    phone('holes', { heardAt: now, back: 1, gone: 4 }),
  ]

  it('says of a phone that was not heard since that nothing is known of it, whatever was known before', () => {
    expect(groupsOf(phones).map(({ stage, phones: of }) => [stage, of.map(({ replica }) => replica)])).toEqual([
      ['unheard', ['silent']], ['coming', ['half']], ['done', ['holes', 'all', 'nothing']],
    ])
    expect(groupsOf([])).toEqual([])
  })

  it('adds up', () => {
    expect(sumsOf(phones)).toEqual({ heard: 4, back: 5, awaited: 2, gone: 4 })
  })
})

describe('L13: what phones hold as acknowledged, compared with what is here', () => {
  const differing = (short: string, held: boolean, back: boolean) => ({ replica: 'r', label: '', counter: 1, short, held, proved: false, firstAt: now, back })

  it('names what is not here, that which cannot come by itself first, and counts what came again', () => {
    const found = comparedOf(rescue({
      compared: [{ replica: 'a', label: '', login: '', at: now - hour }, { replica: 'b', label: '', login: '', at: now }, { replica: 'c', label: '', login: '' }],
      differences: [differing('held', true, false), differing('gone', false, false), differing('back', true, true)],
    }))
    expect({ ...found, open: found.open.map(({ short }) => short) }).toEqual({ phones: 2, never: 1, last: now, open: ['gone', 'held'], back: 1 })
    expect(comparedOf(rescue({}))).toEqual({ phones: 0, never: 0, last: 0, open: [], back: 0 })
  })
})
