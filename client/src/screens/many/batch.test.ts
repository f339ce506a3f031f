import { shallowRef } from 'vue'
import type { Undoable } from '../../state/contract'
import { makeBatch } from './batch'

/**
 * Deeds that are stored one after the other, as the disk allows; what is in storage is known when it was `published`. What is `late`
 * cannot be taken back.
 */
function disk(late: ReadonlySet<string> = new Set()) {
  const undoable = shallowRef<readonly Undoable[]>([])
  let rows: readonly Undoable[] = []
  const waiting: (() => void)[] = []
  const turns = async (n: number) => {
    for (let i = 0; i < n; i++) await Promise.resolve()
  }
  const put = (next: readonly Undoable[]) => {
    rows = next
  }
  const published = () => {
    undoable.value = rows
  }
  const next = async () => {
    waiting.shift()?.()
    await turns(8)
  }
  const asked: number[] = []
  const hold: { done: Promise<void> } = { done: Promise.resolve() }
  const batch = makeBatch({
    undoable,
    many: (action, of) => {
      const store = async () => {
        for (const { caseId } of of) {
          await new Promise<void>((stored) => waiting.push(stored))
          put([...rows, { decision: `d ${caseId}`, caseId, action, until: 10 }])
        }
        return new Map<string, string>()
      }
      return { until: 10, faults: store() }
    },
    undoTogether: async (until) => {
      asked.push(until)
      await hold.done
      const back = rows.filter((one) => one.until === until && !late.has(one.caseId))
      put(rows.filter((one) => !back.includes(one)))
      return back.map(({ caseId }) => caseId)
    },
  })
  const single = (caseId: string, until: number) => put([...rows, { decision: `d ${caseId}`, caseId, action: 'file', until }])
  return { batch, undoable, next, published, single, asked, hold, rows: () => rows.map(({ caseId }) => caseId) }
}

const of = ['a', 'b', 'c'].map((caseId) => ({ caseId, payload: {} }))

it('whoever takes back while the last of many are still being stored takes back all of them, known here or not', async () => {
  const { batch, next, published, rows } = disk()
  const done = batch.many('file', of)
  await next()
  published()
  const back = batch.undo()
  await next()
  await next()
  expect([...(await done)]).toEqual([])
  expect(await back).toEqual(['a', 'b', 'c'])
  expect([rows(), batch.problem.value]).toEqual([[], null])
})

it('only the latest deed is taken back, not what was decided before it', async () => {
  const { batch, next, published, single, rows } = disk()
  single('z', 5)
  const done = batch.many('file', of)
  for (const _ of of) await next()
  await done
  published()
  expect([batch.batch.value.length, batch.undoables.value]).toEqual([3, 4])
  expect(await batch.undo()).toEqual(['a', 'b', 'c'])
  expect(rows()).toEqual(['z'])
})

it('says how many are on their way already', async () => {
  const { batch, next, published } = disk(new Set(['b']))
  const done = batch.many('file', of)
  for (const _ of of) await next()
  await done
  published()
  expect(await batch.undo()).toEqual(['a', 'c'])
  expect(batch.problem.value).not.toBeNull()
})

it('asked again while it takes back, and before storage is known to show it, it says nothing false and takes nothing else back', async () => {
  const { batch, next, published, single, asked, hold, rows } = disk()
  single('z', 5)
  const done = batch.many('file', of)
  for (const _ of of) await next()
  await done
  published()
  let go: () => void = () => undefined
  hold.done = new Promise((resolve) => (go = resolve))
  const [first, second] = [batch.undo(), batch.undo()]
  expect([second === first, batch.undoing.value]).toEqual([true, true])
  go()
  expect(await first).toEqual(['a', 'b', 'c'])
  expect([asked, batch.undoing.value, batch.problem.value, rows()]).toEqual([[10], false, null, ['z']])
  expect(batch.batch.value.map(({ caseId }) => caseId)).toEqual(['z']) // what is known still has all four
})

it('what is decided while it waits for the last of many is not taken back in their stead', async () => {
  const { batch, next, published, single, rows } = disk()
  const done = batch.many('file', of)
  await next()
  published()
  const back = batch.undo()
  single('z', 20)
  published()
  await next()
  await next()
  await done
  expect(await back).toEqual(['a', 'b', 'c'])
  expect(rows()).toEqual(['z'])
})

it('what was decided after many were begun is taken back first and at once, though the last of them are stored after it', async () => {
  const { batch, next, published, single, rows } = disk()
  const done = batch.many('file', of)
  await next()
  single('z', 20)
  await next()
  published()
  expect(batch.undoable.value?.caseId).toBe('z')
  expect(await batch.undo()).toEqual(['z'])
  await next()
  await done
  expect(rows()).toEqual(['a', 'b', 'c'])
})
