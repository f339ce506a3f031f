import { computed, shallowRef, type ComputedRef } from 'vue'
import { office, type SquadRow } from './office'

export interface SquadNames {
  readonly squads: ComputedRef<readonly SquadRow[]>
  /** The name of a squad; its code where it is not known, '' where there is none. */
  name(code: string): string
}

const most = '500'

/** The squads for choosing one and for showing names; asked once a page, quietly: a list that fails says so itself. */
export function useSquadNames(): SquadNames {
  const kept = shallowRef<readonly SquadRow[]>([])
  const names = computed(() => new Map(kept.value.map(({ code, name }) => [code, name])))
  office.list<SquadRow>('squads', { size: most }).then(({ rows }) => (kept.value = rows), () => undefined)
  return { squads: computed(() => kept.value), name: (code) => names.value.get(code) ?? code }
}
