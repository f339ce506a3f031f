// One decision on many cases: each is an operation of its own, all of them may be taken back together.
import { computed, ref } from 'vue'
import type { Payload } from '@shared/types.gen'
import type { DeedState } from '../../state/contract'
import { useDeeds } from '../../state/deeds'
import { t } from '../../words/words'
import { sentence, told, type Told } from '../tell'
import type { Bulk } from './bulk'

/** What a decision puts in, case by case. */
export type Puts = readonly { readonly caseId: string; readonly payload: Payload }[]

export function useBatch() {
  return makeBatch(useDeeds())
}

export function makeBatch(deeds: Pick<DeedState, 'many' | 'undoTogether' | 'undoable'>) {
  const problem = ref<Told | null>(null)
  /** What was taken back: what is known of storage shows it a moment longer. */
  const taken = ref<ReadonlySet<number>>(new Set())
  const waiting = computed(() => deeds.undoable.value.filter((one) => !taken.value.has(one.until)))
  /** What was begun last: one case, or many that may be taken back until the same time. The last of many are stored after what was decided meanwhile. */
  const batch = computed(() => {
    const begun = [...new Set(waiting.value.map(({ until }) => until))]
    return waiting.value.filter((one) => one.until === begun[begun.length - 1])
  })
  /** One deed on many, until the last of them is stored: on how many it was. */
  let running: { readonly until: number; readonly stored: Promise<number> } | null = null
  let taking: Promise<readonly string[]> | null = null
  const undoing = ref(false)

  /** Which one is settled before anything is waited for: what is decided meanwhile is not taken back in its stead. */
  async function takeBack(until: number, shown: number): Promise<readonly string[]> {
    problem.value = null
    try {
      const stored = running?.until === until ? await running.stored : shown
      const back = await deeds.undoTogether(until)
      taken.value = new Set([...taken.value, until])
      if (back.length < stored) problem.value = { what: back.length === 0 ? t('undo.tooLate') : t('undo.some', { n: back.length, gone: stored - back.length }), todo: '' }
      return back
    } catch (thrown) {
      problem.value = told(thrown)
      return []
    }
  }

  return {
    problem, batch, undoing,
    undoable: computed(() => batch.value[batch.value.length - 1]),
    undoables: computed(() => waiting.value.length),
    /** Resolves to those that it could not be decided of, which is said. */
    many: async (action: Bulk, of: Puts): Promise<ReadonlySet<string>> => {
      problem.value = null
      const { until, faults: deed } = deeds.many(action, of)
      const mine = { until, stored: deed.then((faults) => of.length - faults.size, () => 0) }
      running = mine
      const faults = await deed.finally(() => {
        if (running === mine) running = null
      })
      const [fault] = faults.values()
      if (fault !== undefined) problem.value = { what: t('bulk.failed', { n: faults.size }), todo: sentence(fault) }
      return new Set(faults.keys())
    },
    /** Takes the latest decision back, on one case or on all of many. Resolves to those that are as they were; asked again meanwhile, to the same. */
    undo: (): Promise<readonly string[]> => {
      const [one] = batch.value
      if (taking !== null || one === undefined) return taking ?? Promise.resolve([])
      undoing.value = true
      taking = takeBack(one.until, batch.value.length).finally(() => {
        taking = null
        undoing.value = false
      })
      return taking
    },
  }
}
