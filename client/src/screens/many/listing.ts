// The picking on a list of cases that the page scrolls: which one the keys stand on, and what may be picked at all.
import { computed, nextTick, ref, type Ref } from 'vue'
import type { CaseView } from '../../state/contract'
import { useDeeds } from '../../state/deeds'
import { bulks, together } from './bulk'
import { usePicking } from './picking'

export function useListing(list: Readonly<Ref<readonly CaseView[]>>) {
  const deeds = useDeeds()
  const chosen = ref('')
  const can = (view: CaseView) => bulks.some((action) => together(view, action) && deeds.may(view, action))
  const picking = usePicking({ list, chosen, step, can })

  /** To the next that is there, from the one in sight where the last one has been scrolled away. */
  function step(by: number): void {
    const at = list.value.findIndex((view) => view.case.id === chosen.value)
    const to = rowOf(chosen.value) === null ? list.value.findIndex((view) => view.case.id === firstInSight()) : at + by
    chosen.value = list.value[Math.max(0, Math.min(list.value.length - 1, to))]?.case.id ?? ''
    void nextTick(() => rowOf(chosen.value)?.scrollIntoView({ block: 'nearest' }))
  }

  return { picking, chosen, can, step, able: computed(() => (picking.listing.value ? list.value.filter(can).map((view) => view.case.id) : [])) }
}

const rowOf = (id: string) => document.querySelector(`[data-case="${id}"]`)

function firstInSight(): string {
  const rows = [...document.querySelectorAll<HTMLElement>('[data-case]')]
  return (rows.find((row) => row.getBoundingClientRect().top >= 0) ?? rows[0])?.dataset.case ?? ''
}
