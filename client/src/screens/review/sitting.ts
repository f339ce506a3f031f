// One sitting of a leader: what waits, which one is looked at, what was decided and may still be taken back.
import { computed, nextTick, onUnmounted, ref, watch } from 'vue'
import { onBeforeRouteLeave, useRoute, useRouter } from 'vue-router'
import type { Action, Payload } from '@shared/types.gen'
import { useCases } from '../../state/cases'
import type { CaseView } from '../../state/contract'
import { useDeeds } from '../../state/deeds'
import { useDirectory } from '../../state/directory'
import { useSync } from '../../state/sync'
import { useTaxonomy } from '../../state/taxonomy'
import { t } from '../../words/words'
import { type Puts, useBatch } from '../many/batch'
import type { Bulk } from '../many/bulk'
import { told, type Told } from '../tell'
import { paceOf } from './pace'
import { type Heap, heapCounts, heapOf, heaps, isMeant, nextAt, queueOf } from './queue'

export type Asked = 'return' | 'reject' | 'auditFail'

/** What was stored and what the first pull brings is not "new": that begins a moment after the phone has caught up. */
const settleMs = 1000
/** The place is kept in the address, for coming back to it; not while keys race through the queue. */
const placeMs = 400

export function useSitting() {
  const route = useRoute()
  const router = useRouter()
  const { cases, ready } = useCases()
  const { link, pulling } = useSync()
  const deeds = useDeeds()
  const { problem, undoable, undoables, undoing, batch, ...taken } = useBatch()
  const taxonomy = useTaxonomy()
  const directory = useDirectory()

  const heap = ref<Heap>(heaps.find((one) => one === route.query.heap) ?? 'judge')
  const chosen = ref(typeof route.query.case === 'string' ? route.query.case : '')
  const typed = ref('')
  /** Decided, until storage shows it: the next case is on the screen before the disk has answered. */
  const leaving = ref(new Map<string, Heap>())
  const decided = ref<readonly { readonly id: string; readonly at: number; readonly heap: Heap }[]>([])
  /** What was in the queue when the leader last looked at it: the rest is new. */
  const known = ref(new Set<string>())

  const title = ({ case: c }: CaseView) => (c.category ? taxonomy.name(c.category) : t('case.noCategory'))
  const counts = computed(() => heapCounts(cases.value.filter((one) => !leaving.value.has(one.case.id))))
  const waiting = computed(() => queueOf(cases.value, heap.value).filter((one) => !leaving.value.has(one.case.id)))
  const queue = computed(() => {
    const words = typed.value.trim()
    return words === '' ? waiting.value : waiting.value.filter((one) => isMeant(wordsOf(one), words))
  })
  const place = computed(() => queue.value.findIndex((one) => one.case.id === chosen.value))
  /** What is looked at stays on screen, even when somebody else decides it meanwhile. */
  const view = computed<CaseView | undefined>(() => cases.value.find((one) => one.case.id === chosen.value))
  const decidable = computed(() => waiting.value.some((one) => one.case.id === chosen.value))
  const fresh = computed(() => waiting.value.filter((one) => !known.value.has(one.case.id)).length)

  function wordsOf(one: CaseView): string[] {
    const { short, number = '', address = '', description = '', reporter } = one.case
    return [short, number, title(one), address, description, directory.label(reporter.id)]
  }

  const following = ref(ready.value && link.value === 'live' && !pulling.value && cases.value.length > 0)
  let settling = 0
  watch(waiting, () => {
    if (!following.value) looked()
  }, { immediate: true })
  watch(pulling, (is, was) => {
    if (was && !is) settling = window.setTimeout(() => (following.value = true), settleMs)
  })
  // A link to a case opens the heap that it lies on.
  const linked = chosen.value
  watch([queue, ready], () => {
    const on = linked !== '' && chosen.value === linked && !decidable.value && !leaving.value.has(linked) ? heapOfId(linked) : undefined
    if (on !== undefined) heap.value = on
    if (ready.value && view.value === undefined) chosen.value = nextAt(queue.value, 0)
  }, { immediate: true })
  watch(() => [chosen.value, view.value?.case.revision] as const, ([id, revision]) => {
    if (id !== '' && revision !== undefined) deeds.seen(id)
  }, { immediate: true })
  watch(cases, () => {
    if (leaving.value.size === 0) return
    // A case that was decided lies on another heap by now, or on none.
    for (const [id, from] of leaving.value) if (heapOfId(id) !== from) leaving.value.delete(id)
  })
  let placing = 0
  let away = false
  // It must not overtake the way to another page.
  onBeforeRouteLeave(() => {
    away = true
    window.clearTimeout(placing)
  })
  watch(chosen, (id) => {
    window.clearTimeout(placing)
    if (away) return
    placing = window.setTimeout(() => void router.replace({ query: placeOf(id) }), placeMs)
  })
  onUnmounted(() => {
    window.clearTimeout(settling)
    window.clearTimeout(placing)
  })

  function placeOf(id: string): Record<string, string> {
    return { ...(id !== '' && { case: id }), ...(heap.value !== 'judge' && { heap: heap.value }) }
  }

  function heapOfId(id: string): Heap | undefined {
    const one = cases.value.find((view) => view.case.id === id)
    return one === undefined ? undefined : heapOf(one)
  }

  /** Turns to another kind of decision. */
  function turn(to: Heap): void {
    heap.value = to
    typed.value = ''
    looked()
    look(nextAt(queue.value, 0))
  }

  function look(id: string): void {
    chosen.value = id
    known.value.add(id)
  }

  function looked(): void {
    known.value = new Set(waiting.value.map((one) => one.case.id))
  }

  /** Leaves this one for later: round and round, so that nothing is a dead end. */
  function skip(): void {
    const to = queue.value[(place.value + 1) % queue.value.length]
    if (to) look(to.case.id)
  }

  function step(by: number): void {
    const to = queue.value[Math.max(0, Math.min(queue.value.length - 1, place.value + by))]
    if (to) look(to.case.id)
  }

  /** The next comes at once; where the decision could not be stored the case is back in the queue, and it is said. */
  async function decide(verdict: Action, payload: Payload = {}): Promise<void> {
    if (!decidable.value) return
    const id = chosen.value
    const from = heap.value
    const at = Math.max(0, place.value)
    problem.value = null
    leaving.value.set(id, from)
    if (queue.value.length === 0) typed.value = ''
    look(nextAt(queue.value, at))
    try {
      await deeds.do(id, verdict, payload)
      decided.value = [...decided.value, { id, at: Date.now(), heap: from }]
    } catch (thrown) {
      leaving.value.delete(id)
      problem.value = told(thrown)
    }
  }

  /** One decision on many: they leave the queue at once, and who could not be decided is back in it and told. */
  async function bulk(verdict: Bulk, of: Puts): Promise<void> {
    const from = heap.value
    const at = Math.max(0, place.value)
    for (const { caseId } of of) leaving.value.set(caseId, from)
    if (queue.value.length === 0) typed.value = ''
    if (!decidable.value) look(nextAt(queue.value, Math.min(at, queue.value.length - 1)))
    const failed = await taken.many(verdict, of)
    for (const id of failed) leaving.value.delete(id)
    const done = Date.now() // one deed, for the pace
    decided.value = [...decided.value, ...of.filter(({ caseId }) => !failed.has(caseId)).map(({ caseId }) => ({ id: caseId, at: done, heap: from }))]
  }

  /** Takes the latest decision back, on one case or on many, and shows its first case again. */
  async function undo(): Promise<void> {
    const back = await taken.undo()
    const [first] = back
    if (first === undefined) return
    // Storage may still show them as decided: they go back to where they were.
    heap.value = decided.value.find((one) => one.id === first)?.heap ?? heap.value
    decided.value = decided.value.filter((one) => !back.includes(one.id))
    for (const id of back) leaving.value.delete(id)
    typed.value = ''
    await nextTick()
    look(first)
  }

  return {
    ready, queue, waiting, heap, counts, view, chosen, place, decidable, fresh, typed, problem, undoable, title,
    batch, bulk, undoables, undoing, done: computed(() => decided.value.length), pace: computed(() => paceOf([...new Set(decided.value.map((one) => one.at))])),
    find: (id: string | undefined) => cases.value.find((one) => one.case.id === id),
    may: (action: Action) => view.value !== undefined && decidable.value && deeds.may(view.value, action),
    turn, look, looked, skip, step, decide, undo,
    notice: (why: Told) => (problem.value = why),
  }
}
