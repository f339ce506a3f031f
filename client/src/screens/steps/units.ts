// To which unit a case most probably goes: by what units answer for, and by what the phone has seen dispatched. Pure.
import type { Case } from '@shared/types.gen'
import { groundAt } from '../../state/areas'
import type { Area, CaseView, Duty, Unit } from '../../state/contract'
import { spotOf } from '../../state/near'

/** Phones hold what is open or changed in these days: of older ones nothing can be counted. */
export const kinDays = 30
const kinMs = kinDays * 24 * 3_600_000

/** Why a unit is suggested. */
export interface Reason {
  /** The line of the register by which it answers for this. */
  readonly duty?: Duty
  /** How many of this kind went to it in kinDays and stayed there, and on which ground: a community's code, '' anywhere in the squad. */
  readonly kin: number
  readonly ground: string
}

export interface UnitChoice extends Unit {
  /** How often cases went to it, of those that this phone holds. */
  readonly used: number
  /** Absent where nothing speaks for it. */
  readonly why?: Reason
}

/** What is known of units and of what went to them. */
export interface Known {
  readonly units: readonly Unit[]
  readonly register: readonly Duty[]
  readonly areas: readonly Area[]
  readonly views: readonly CaseView[]
  /** Milliseconds since 1970 UTC. */
  readonly now: number
}

type Wanted = Pick<Case, 'id' | 'category' | 'squad' | 'units' | 'fix' | 'pin'>

/**
 * The open units: those that something speaks for first, the most precise line of the register before a wider one and before what
 * was done lately; then the most used, then in their own order. A unit that gave this case back is not suggested again.
 */
export function unitChoices({ units, register, areas, views, now }: Known, c: Wanted): UnitChoice[] {
  const community = communityOf(areas, c)
  const grounds = groundsOf(areas, c)
  const used = new Map<string, number>()
  const kin = new Map<string, number>()
  const near = new Map<string, number>()
  for (const { case: other } of views) {
    for (const entry of other.timeline) {
      const { unit } = entry.payload
      if ((entry.action !== 'dispatch' && entry.action !== 'reopen') || entry.late !== undefined || unit === undefined) continue
      add(used, unit)
      if (c.category === undefined || other.category !== c.category || other.squad !== c.squad || handedBack(other, unit) || entry.received < now - kinMs) continue
      add(kin, unit)
      if (community !== '' && communityOf(areas, other) === community) add(near, unit)
    }
  }
  const reasonOf = (code: string): Reason | undefined => {
    if (c.units?.includes(code)) return undefined
    const [duty] = register.filter((one) => one.unit === code && covers(one, c.category, grounds)).sort((a, b) => weight(b, grounds) - weight(a, grounds))
    const [here, anywhere] = [near.get(code) ?? 0, kin.get(code) ?? 0]
    if (duty === undefined && anywhere === 0) return undefined
    return { ...(duty && { duty }), kin: here || anywhere, ground: here > 0 ? community : '' }
  }
  const rank = ({ why }: UnitChoice) => (why === undefined ? -1 : why.duty === undefined ? 0 : 1 + weight(why.duty, grounds))
  return units
    .filter(({ closed }) => !closed)
    .map((unit): UnitChoice => {
      const why = reasonOf(unit.code)
      return { ...unit, used: used.get(unit.code) ?? 0, ...(why && { why }) }
    })
    .sort((a, b) => rank(b) - rank(a) || (near.get(b.code) ?? 0) - (near.get(a.code) ?? 0) || (kin.get(b.code) ?? 0) - (kin.get(a.code) ?? 0) || b.used - a.used)
}

function add(counts: Map<string, number>, unit: string): void {
  counts.set(unit, (counts.get(unit) ?? 0) + 1)
}

/** A unit that gave it back was the wrong one. */
function handedBack(c: Case, unit: string): boolean {
  return c.unit !== unit && (c.units ?? []).includes(unit)
}

function communityOf(areas: readonly Area[], c: Pick<Case, 'fix' | 'pin'>): string {
  const spot = spotOf(c)
  return spot === null ? '' : (groundAt(areas, spot).community?.code ?? '')
}

/** The ground that a case lies on, the widest first: everywhere, its squad's, a community, a duty grid, a unit grid. */
function groundsOf(areas: readonly Area[], c: Wanted): readonly string[] {
  const spot = spotOf(c)
  const at = spot === null ? null : groundAt(areas, spot)
  return ['', c.squad, at?.community?.code ?? '', at?.dutyGrid?.code ?? '', at?.unitGrid?.code ?? '']
}

function covers({ category, area }: Duty, of: string | undefined, grounds: readonly string[]): boolean {
  return of !== undefined && of.startsWith(category) && grounds.includes(area ?? '')
}

/** The sub-class itself before its class, then the narrower ground. */
function weight({ category, area }: Duty, grounds: readonly string[]): number {
  return category.length * 10 + Math.max(0, grounds.indexOf(area ?? ''))
}

/** Whether a unit is meant by what was typed. */
export function isMeant({ name, code }: Unit, typed: string): boolean {
  const words = typed.trim().toLowerCase()
  return words === '' || name.toLowerCase().includes(words) || code.toLowerCase().includes(words)
}
