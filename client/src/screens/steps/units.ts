// To which unit a case most probably goes: by what the phone has seen dispatched. Pure.
import type { Case } from '@shared/types.gen'
import type { CaseView, Unit } from '../../state/contract'

export interface UnitChoice extends Unit {
  /** How often cases went to it, of those that this phone holds. */
  readonly used: number
  /** Where most cases of this kind went, of this squad before others. */
  readonly suggested: boolean
}

/** The open units: the suggested one first, then the most used, then in their own order. */
export function unitChoices(units: readonly Unit[], views: readonly CaseView[], c: Pick<Case, 'category' | 'squad' | 'id'>): UnitChoice[] {
  const used = new Map<string, number>()
  const fits = new Map<string, number>()
  for (const { case: other } of views) {
    for (const entry of other.timeline) {
      const { unit } = entry.payload
      if ((entry.action !== 'dispatch' && entry.action !== 'reopen') || entry.late !== undefined || unit === undefined) continue
      used.set(unit, (used.get(unit) ?? 0) + 1)
      if (c.category === undefined || other.category !== c.category || handedBack(other, unit)) continue
      fits.set(unit, (fits.get(unit) ?? 0) + (other.squad === c.squad ? 10 : 1))
    }
  }
  const open = units.filter(({ closed }) => !closed)
  const [best] = open.filter(({ code }) => fits.has(code)).sort((a, b) => (fits.get(b.code) ?? 0) - (fits.get(a.code) ?? 0))
  return open
    .map((unit) => ({ ...unit, used: used.get(unit.code) ?? 0, suggested: unit.code === best?.code }))
    .sort((a, b) => Number(b.suggested) - Number(a.suggested) || b.used - a.used)
}

/** A unit that gave it back was the wrong one. */
function handedBack(c: Case, unit: string): boolean {
  return c.unit !== unit && (c.units ?? []).includes(unit)
}

/** Whether a unit is meant by what was typed. */
export function isMeant({ name, code }: Unit, typed: string): boolean {
  const words = typed.trim().toLowerCase()
  return words === '' || name.toLowerCase().includes(words) || code.toLowerCase().includes(words)
}
