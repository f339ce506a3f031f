import { shallowReactive } from 'vue'
import { office, type AccountRow } from './office'

export interface Collectors {
  /** The collectors of a squad, disabled ones too; none until they came. */
  of(squad: string): readonly AccountRow[]
}

const most = '500'

/** The collectors of squads for choosing some: each squad is asked for once a page, when it is first looked at, and quietly. */
export function useCollectors(): Collectors {
  const kept = shallowReactive(new Map<string, readonly AccountRow[]>())
  const asked = new Set<string>()

  function of(squad: string): readonly AccountRow[] {
    if (squad !== '' && !asked.has(squad)) {
      asked.add(squad)
      office.list<AccountRow>('people', { role: 'collector', squad, sort: 'label', size: most }).then(({ rows }) => kept.set(squad, rows), () => asked.delete(squad))
    }
    return kept.get(squad) ?? []
  }

  return { of }
}
