// Which cases of a list are picked for one decision on all of them. Pure but for what it remembers.
import { ref, type Ref } from 'vue'
import type { CaseView } from '../../state/contract'

export interface Picked {
  readonly picked: Readonly<Ref<ReadonlySet<string>>>
  /** The list shows its boxes. */
  readonly listing: Ref<boolean>
  toggle(id: string): void
  /** Those between the one picked last and this one, both too. */
  through(id: string): void
  /** This one, then the next in that direction: it steps there. */
  extend(by: 1 | -1): void
  all(): void
  /** Those that are not among these are picked no more: nobody sees them. */
  only(ids: ReadonlySet<string>): void
  /** None is picked; the list keeps its boxes. */
  clear(): void
  none(): void
}

/** All that may be picked is; where nothing may be, nothing is. */
export function allOf(picked: ReadonlySet<string>, able: readonly string[]): boolean {
  return able.length > 0 && able.every((id) => picked.has(id))
}

/** What the picking is done on. */
export interface Pickable {
  readonly list: Readonly<Ref<readonly CaseView[]>>
  /** Id of the one that the keys stand on. */
  readonly chosen: Readonly<Ref<string>>
  readonly step: (by: number) => void
  /** Whether there is anything that may be decided of it together with others. */
  readonly can: (view: CaseView) => boolean
}

export function usePicking({ list, chosen, step, can }: Pickable): Picked {
  const picked = ref<ReadonlySet<string>>(new Set())
  const listing = ref(false)
  let last = ''

  function put(views: readonly CaseView[]): void {
    const more = views.filter(can).map((view) => view.case.id)
    if (more.length > 0) picked.value = new Set([...picked.value, ...more])
  }

  function of(id: string): readonly CaseView[] {
    return list.value.filter((view) => view.case.id === id)
  }

  function clear(): void {
    picked.value = new Set()
    last = ''
  }

  return {
    picked, listing, clear,
    toggle: (id) => {
      if (picked.value.has(id)) picked.value = new Set([...picked.value].filter((one) => one !== id))
      else put(of(id))
      last = id
    },
    through: (id) => {
      const ids = list.value.map((view) => view.case.id)
      const [from, to] = [ids.indexOf(last), ids.indexOf(id)]
      put(from < 0 ? of(id) : list.value.slice(Math.min(from, to), Math.max(from, to) + 1))
      last = id
    },
    extend: (by) => {
      put(of(chosen.value))
      step(by)
      put(of(chosen.value))
      last = chosen.value
    },
    all: () => put(list.value),
    only: (ids) => {
      if ([...picked.value].some((id) => !ids.has(id))) picked.value = new Set([...picked.value].filter((id) => ids.has(id)))
    },
    none: () => {
      clear()
      listing.value = false
    },
  }
}
