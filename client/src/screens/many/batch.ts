// One decision on many cases: each is an operation of its own, all of them may be taken back together.
import { computed, ref } from 'vue'
import type { Payload } from '@shared/types.gen'
import type { DeedState } from '../../state/contract'
import { useDeeds } from '../../state/deeds'
import { t } from '../../words/words'
import { sentence, type Told } from '../tell'
import type { Bulk } from './bulk'

/** What a decision puts in, case by case. */
export type Puts = readonly { readonly caseId: string; readonly payload: Payload }[]

export function useBatch() {
  return makeBatch(useDeeds())
}

export function makeBatch(deeds: Pick<DeedState, 'many' | 'undo' | 'undoable'>) {
  const problem = ref<Told | null>(null)
  const undoable = computed(() => deeds.undoable.value[deeds.undoable.value.length - 1])
  /** What was decided last with one deed: one case, or many that may be taken back until the same time. */
  const batch = computed(() => deeds.undoable.value.filter((one) => one.until === undoable.value?.until && one.action === undoable.value?.action))
  const undoables = computed(() => deeds.undoable.value.length)
  /** One deed on many, until the last of them is stored. */
  let running: Promise<unknown> = Promise.resolve()

  return {
    problem, undoable, undoables, batch,
    /** Resolves to those that it could not be decided of, which is said. */
    many: async (action: Bulk, of: Puts): Promise<ReadonlySet<string>> => {
      problem.value = null
      const deed = deeds.many(action, of)
      running = deed.catch(() => undefined)
      const faults = await deed
      const [fault] = faults.values()
      if (fault !== undefined) problem.value = { what: t('bulk.failed', { n: faults.size }), todo: sentence(fault) }
      return new Set(faults.keys())
    },
    /** Takes the latest decision back, on one case or on all of many. Resolves to those that are as they were. */
    undo: async (): Promise<readonly string[]> => {
      if (undoable.value === undefined) return []
      await running
      const of = batch.value
      problem.value = null
      const back: string[] = []
      for (const { decision, caseId } of of) if (await deeds.undo(decision)) back.push(caseId)
      if (back.length < of.length) problem.value = { what: back.length === 0 ? t('undo.tooLate') : t('undo.some', { n: back.length, gone: of.length - back.length }), todo: '' }
      return back
    },
  }
}
