import { maxPhotoBytes } from '@shared/types.gen'
import type { Developed } from './develop'
import { developer, patienceMs, type StartHelper } from './photo'
import type { Order, Result } from './photo.worker'

const file = (words: string) => new Blob([words])
const done = { hash: 'a', preview: null } as unknown as Developed

/** Workers that do what `work` says with each order, and a clock that rings when it is told. */
function rig(work: (order: Order, answered: (result: Result) => void, died: (why: string) => void) => void) {
  const state = { started: 0, ended: 0, orders: [] as Order[], bells: new Set<() => void>(), asked: [] as number[] }
  const start: StartHelper = (answered, died) => {
    state.started += 1
    return {
      develop: (order) => {
        state.orders.push(order)
        work(order, answered, died)
      },
      end: () => (state.ended += 1),
    }
  }
  const after = (ms: number, ring: () => void) => {
    state.asked.push(ms)
    state.bells.add(ring)
    return () => state.bells.delete(ring)
  }
  const ring = () => {
    for (const bell of [...state.bells]) {
      state.bells.delete(bell)
      bell()
    }
  }
  return { state, ring, develop: developer(after, start) }
}
const settled = () => new Promise<void>((resolve) => setImmediate(resolve))

test('photographs are developed one after the other by one worker, and its watch is taken back', async () => {
  const { state, develop } = rig((_, answered) => answered({ developed: done }))
  expect(await Promise.all([develop(file('a')), develop(file('b'))])).toEqual([done, done])
  expect(state).toMatchObject({ started: 1, ended: 0, bells: new Set() })
})

test('L12: a file that is too large is refused before a byte of it is read', async () => {
  const { state, develop } = rig(() => undefined)
  await expect(develop({ size: maxPhotoBytes + 1 } as Blob)).rejects.toMatchObject({ code: 'photo.tooLarge' })
  expect(state.started).toBe(0)
})

test('a worker that comes to no end is ended, and the photograph is kept without being decoded; the others are developed', async () => {
  const { state, ring, develop } = rig(({ blind }, answered) => {
    if (blind || state.orders.length > 2) answered({ developed: done })
  })
  const slow = develop(file('slow'))
  const next = develop(file('next'))
  await settled()
  expect(state.orders.map(({ blind }) => blind)).toEqual([false])
  ring()
  expect(await slow).toBe(done)
  expect(await next).toBe(done)
  expect(state.orders.map(({ blind }) => blind)).toEqual([false, true, false])
  expect(state).toMatchObject({ started: 2, ended: 1, asked: [patienceMs, patienceMs, patienceMs] })
})

test('a worker that dies takes nothing but its own look along', async () => {
  const { state, develop } = rig(({ blind }, answered, died) => (blind ? answered({ developed: done }) : died('out of memory')))
  expect(await develop(file('large'))).toBe(done)
  expect(state).toMatchObject({ started: 2, ended: 1 })
})

test('L12: what cannot even be read is damaged, and the next photograph gets a new worker', async () => {
  let dead = true
  const { develop } = rig((_, answered, died) => (dead ? died('again') : answered({ developed: done })))
  await expect(develop(file('bad'))).rejects.toMatchObject({ code: 'photo.damaged', detail: 'again' })
  dead = false
  expect(await develop(file('good'))).toBe(done)
})

test('a refusal is told as it is', async () => {
  const { develop } = rig((_, answered) => answered({ fault: 'photo.damaged', detail: 'no whole photograph' }))
  await expect(develop(file('html'))).rejects.toMatchObject({ code: 'photo.damaged' })
})
