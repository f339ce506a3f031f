import { computed, shallowRef, type ComputedRef } from 'vue'
import { office, type UnitRow } from './office'

export interface UnitNames {
  readonly units: ComputedRef<readonly UnitRow[]>
  /** The name of a unit; its code where it is not known, '' where there is none. */
  name(code: string): string
}

const most = '500'

/** The responsible units for choosing one and for showing names, as useSquadNames has the squads. */
export function useUnitNames(): UnitNames {
  const kept = shallowRef<readonly UnitRow[]>([])
  const names = computed(() => new Map(kept.value.map(({ code, name }) => [code, name])))
  office.list<UnitRow>('units', { size: most }).then(({ rows }) => (kept.value = rows), () => undefined)
  return { units: computed(() => kept.value), name: (code) => names.value.get(code) ?? code }
}
