// A list that is asked of the server: searched while one types, sorted, in pages. What came last stays on screen while it asks.
import { onScopeDispose, reactive, ref, shallowRef, watch, type Ref } from 'vue'
import { faultCode } from '@shared/fault'
import { office, type Kind, type Query } from './office'

export interface Sorting {
  readonly by: string
  readonly down: boolean
}

export interface RowList<T> {
  readonly rows: Readonly<Ref<readonly T[]>>
  readonly total: Readonly<Ref<number>>
  /** False until the first answer came. */
  readonly ready: Readonly<Ref<boolean>>
  readonly asking: Readonly<Ref<boolean>>
  /** Code of the fault that the last question met, '' where it met none. */
  readonly fault: Readonly<Ref<string>>
  /** What narrows the list: changing it asks anew, from the first page. */
  readonly filter: Record<string, string>
  readonly sorting: Ref<Sorting>
  /** from 1 */
  readonly page: Readonly<Ref<number>>
  /** To the next page, or the one before. */
  turn(by: 1 | -1): void
  /** What is asked for now, without the page: what an export takes. */
  query(): Query
  reload(): Promise<void>
}

/** Long enough for the next letter, short enough not to be noticed. */
const typingMs = 180

export const pageSize = 50

/** @param filter what narrows it at first */
export function useRows<T>(kind: Kind, filter: Record<string, string>, first: Sorting = { by: '', down: false }): RowList<T> {
  const rows = shallowRef<readonly T[]>([])
  const total = ref(0)
  const ready = ref(false)
  const asking = ref(false)
  const fault = ref('')
  const narrowed = reactive({ ...filter })
  const sorting = ref(first)
  const page = ref(1)
  let asked = 0
  let timer: ReturnType<typeof setTimeout> | undefined

  const query = (): Query => ({ ...narrowed, sort: sorting.value.by, desc: sorting.value.down ? '1' : '' })

  async function reload(): Promise<void> {
    clearTimeout(timer)
    const mine = ++asked
    asking.value = true
    try {
      const answer = await office.list<T>(kind, { ...query(), page: String(page.value), size: String(pageSize) })
      if (mine !== asked) return
      rows.value = answer.rows
      total.value = answer.total
      fault.value = ''
      ready.value = true
    } catch (thrown) {
      if (mine === asked) fault.value = faultCode(thrown)
    } finally {
      if (mine === asked) asking.value = false
    }
  }

  watch(() => [{ ...narrowed }, sorting.value] as const, () => {
    page.value = 1
    clearTimeout(timer)
    timer = setTimeout(() => void reload(), typingMs)
  })
  watch(page, () => void reload())
  onScopeDispose(() => {
    clearTimeout(timer)
    asked += 1
  })
  void reload()
  const turn = (by: 1 | -1) => {
    page.value += by
  }
  return { rows, total, ready, asking, fault, filter: narrowed, sorting, page, turn, query, reload }
}
