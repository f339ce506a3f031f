import { shallowRef } from 'vue'
import type { Undoable } from '../../state/contract'
import { makeBatch } from './batch'

/** Deeds that are stored one after the other, as the disk allows; `too late` cannot be taken back. */
function disk(late: ReadonlySet<string> = new Set()) {
  const undoable = shallowRef<readonly Undoable[]>([])
  const waiting: (() => void)[] = []
  const next = async () => {
    waiting.shift()?.()
    for (let i = 0; i < 4; i++) await Promise.resolve()
  }
  const batch = makeBatch({
    undoable,
    many: async (action, of) => {
      for (const { caseId } of of) {
        await new Promise<void>((stored) => waiting.push(stored))
        undoable.value = [...undoable.value, { decision: `d ${caseId}`, caseId, action, until: 10 }]
      }
      return new Map()
    },
    undo: async (decision) => {
      const caseId = decision.slice(2)
      if (!late.has(caseId)) undoable.value = undoable.value.filter((one) => one.decision !== decision)
      return !late.has(caseId)
    },
  })
  return { batch, undoable, next }
}

const of = ['a', 'b', 'c'].map((caseId) => ({ caseId, payload: {} }))

it('whoever takes back while the last of many are still being stored takes back all of them', async () => {
  const { batch, undoable, next } = disk()
  const done = batch.many('file', of)
  await next()
  const back = batch.undo()
  await next()
  await next()
  expect([...(await done)]).toEqual([])
  expect(await back).toEqual(['a', 'b', 'c'])
  expect(undoable.value).toEqual([])
})

it('only the latest deed is taken back, not what was decided before it', async () => {
  const { batch, undoable, next } = disk()
  undoable.value = [{ decision: 'd z', caseId: 'z', action: 'return', until: 5 }]
  const done = batch.many('file', of)
  for (const _ of of) await next()
  await done
  expect([batch.batch.value.length, batch.undoables.value]).toEqual([3, 4])
  expect(await batch.undo()).toEqual(['a', 'b', 'c'])
  expect(undoable.value.map(({ caseId }) => caseId)).toEqual(['z'])
})

it('says how many are on their way already', async () => {
  const { batch, next } = disk(new Set(['b']))
  const done = batch.many('file', of)
  for (const _ of of) await next()
  await done
  expect(await batch.undo()).toEqual(['a', 'c'])
  expect(batch.problem.value).not.toBeNull()
})
