// Suggestions of units with their reasons in words, from what this phone holds: works out of reach.
import type { Case } from '@shared/types.gen'
import { useCases } from '../../state/cases'
import { useDirectory } from '../../state/directory'
import { useTaxonomy } from '../../state/taxonomy'
import { now } from '../../ui/now'
import { t } from '../../words/words'
import { kinDays, type Reason, type UnitChoice, unitChoices } from './units'

export interface Suggesting {
  /** The open units, those that something speaks for first. */
  choices(c: Case): readonly UnitChoice[]
  /** The one that is suggested; undefined where nothing speaks for any. */
  best(c: Case): UnitChoice | undefined
  /** Why, in words: 责任清单：市容环境 · 六中队；近 30 天同类 12 件. */
  why(reason: Reason, c: Pick<Case, 'category'>): string
}

export function useSuggesting(): Suggesting {
  const { cases } = useCases()
  const directory = useDirectory()
  const taxonomy = useTaxonomy()

  const choices = (c: Case) =>
    unitChoices({ units: directory.units.value, register: directory.register.value, areas: directory.areas.value, views: cases.value, now: now.value }, c)
  const where = (code: string) => directory.areas.value.find((area) => area.code === code)?.name ?? directory.squadName(code)

  function why({ duty, kin, ground }: Reason, { category = '' }: Pick<Case, 'category'>): string {
    const what = duty?.category === category ? taxonomy.name(category) : (taxonomy.category(category)?.className ?? '')
    return [
      duty === undefined ? '' : duty.area === undefined ? t('suggest.register', { what }) : t('suggest.registerAt', { what, where: where(duty.area) }),
      kin === 0 ? '' : ground === '' ? t('suggest.kin', { days: kinDays, n: kin }) : t('suggest.kinAt', { days: kinDays, where: where(ground), n: kin }),
    ].filter((part) => part !== '').join(t('suggest.and'))
  }

  return { choices, why, best: (c) => choices(c).find((one) => one.why !== undefined) }
}
