// Which cases of the queue are picked for one decision on all of them.
import { computed, ref, type Ref, watch } from 'vue'
import type { CaseView } from '../../state/contract'
import type { Bulk } from './bulk'
import type { Heap } from './queue'

/** What may be decided for many, by the heap that they lie on; the likely one last. */
const bulksOf: Readonly<Record<Heap, readonly Bulk[]>> = { judge: ['reject', 'return', 'file'], dispatch: ['dispatch'], finish: [], ask: [] }

export interface Picking {
  readonly picked: Readonly<Ref<ReadonlySet<string>>>
  /** The phone shows the list with its boxes instead of one case. */
  readonly listing: Ref<boolean>
  readonly actions: Readonly<Ref<readonly Bulk[]>>
  toggle(id: string): void
  /** Those between the one picked last and this one, both too. */
  through(id: string): void
  /** This one, then the next in that direction: it steps there. */
  extend(by: 1 | -1): void
  all(): void
  none(): void
}

export function usePicking(queue: Readonly<Ref<readonly CaseView[]>>, chosen: Readonly<Ref<string>>, heap: Readonly<Ref<Heap>>, step: (by: number) => void): Picking {
  const picked = ref<ReadonlySet<string>>(new Set())
  const listing = ref(false)
  let last = ''
  watch(heap, none)

  function put(ids: readonly string[]): void {
    if (bulksOf[heap.value].length > 0) picked.value = new Set([...picked.value, ...ids.filter((id) => id !== '')])
  }

  function none(): void {
    picked.value = new Set()
    listing.value = false
    last = ''
  }

  return {
    picked, listing, none,
    actions: computed(() => bulksOf[heap.value]),
    toggle: (id) => {
      if (picked.value.has(id)) picked.value = new Set([...picked.value].filter((one) => one !== id))
      else put([id])
      last = id
    },
    through: (id) => {
      const ids = queue.value.map((view) => view.case.id)
      const [from, to] = [ids.indexOf(last), ids.indexOf(id)]
      put(from < 0 ? [id] : ids.slice(Math.min(from, to), Math.max(from, to) + 1))
      last = id
    },
    extend: (by) => {
      put([chosen.value])
      step(by)
      put([chosen.value])
      last = chosen.value
    },
    all: () => put(queue.value.map((view) => view.case.id)),
  }
}
