// The chips of the likely categories: thought over until the first photo is taken, then they stand still under the thumb.
import { shallowRef, watch, type Ref } from 'vue'
import { useCases } from '../../state/cases'
import type { CategoryView } from '../../state/contract'
import { likelyCategories } from '../../state/likely'
import { usePlace } from '../../state/place'
import { useTaxonomy } from '../../state/taxonomy'

const most = 6

/** @param settled whether the person is about to choose, so that no chip may move any more */
export function useLikely(settled: Readonly<Ref<boolean>>): Readonly<Ref<readonly CategoryView[]>> {
  const { cases, ready } = useCases()
  const { fix } = usePlace()
  const taxonomy = useTaxonomy()
  const chips = shallowRef<readonly CategoryView[]>([])

  function think(): void {
    if (!taxonomy.ready.value || (settled.value && chips.value.length > 0)) return
    const keys = likelyCategories(cases.value, { now: Date.now(), at: fix.value, usual: taxonomy.usual.value })
    chips.value = keys.flatMap((key) => taxonomy.category(key) ?? []).slice(0, most)
  }

  // When the fix comes, when storage was read, when the next report begins: not with each metre that one walks.
  watch([taxonomy.ready, ready, settled, () => fix.value !== null], think, { immediate: true })
  return chips
}

/** The chips with the chosen one among them, in the first place where it is none of the likely. */
export function withChosen(chips: readonly CategoryView[], chosen: CategoryView | null): readonly CategoryView[] {
  if (chosen === null || chips.some((chip) => chip.key === chosen.key)) return chips
  return [chosen, ...chips.slice(0, most - 1)]
}
