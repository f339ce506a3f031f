import { apply } from '@shared/apply'
import type { Body, Case, Payload } from '@shared/types.gen'
import { choicesOf } from './choices'

const of = (author: string, action: Body['action'], payload: Payload, seen: number): Body => ({
  v: 1, replica: `01990000-0000-7000-8000-0000000000${author}`, counter: seen + 1, case: '01990000-0000-7000-8000-00000000000c', author: { kind: 'person', id: author }, source: 'collector',
  action, payload, seen, taxonomy: 't', time: { device: 1 },
})

/** The case after these operations, judged as they came. */
function after(...bodies: readonly Body[]): Case {
  let c: Case | undefined
  for (const [i, b] of bodies.entries()) c = apply(c, b, { outcome: 'applied', table: 2, received: 100 * (i + 1), at: 100 * (i + 1), ...(i === 0 && { to: 'reported' as const, role: 'collector' as const }) })
  if (c === undefined) throw new Error('no case')
  return c
}

const amended = (from: string, to: string) => ({ changes: [{ field: 'address' as const, from, to }] })
const twice = [of('a1', 'report', { address: '东侧' }, 0), of('b2', 'amend', amended('东侧', '西侧'), 1), of('c3', 'amend', amended('东侧', '3 号灯杆'), 1)] as const

test('ask 8: both values are there with who wrote them and when, the shown one first', () => {
  expect(choicesOf(after(...twice))).toEqual([{
    field: 'address', shown: '3 号灯杆',
    choices: [
      { value: '3 号灯杆', shown: true, by: { kind: 'person', id: 'c3' }, at: 300 },
      { value: '西侧', shown: false, by: { kind: 'person', id: 'b2' }, at: 200 },
    ],
  }])
})

test.each(['西侧', '3 号灯杆'])('ask 8: choosing %s settles it, and nothing is ever absent from history', (chosen) => {
  const c = after(...twice, of('l1', 'settle', amended('3 号灯杆', chosen), 3))
  expect([c.address, choicesOf(c)]).toEqual([chosen, []])
  expect(JSON.stringify(c.timeline)).toContain('西侧')
  expect(c.conflicts).toMatchObject([{ kept: '3 号灯杆', lost: '西侧', settled: 4 }])
})

test('a value that came by the report is the reporter’s', () => {
  const c = after(of('a1', 'report', { address: '东侧' }, 0), of('b2', 'amend', amended('', '西侧'), 0))
  expect(choicesOf(c)[0]?.choices[1]).toEqual({ value: '东侧', shown: false, by: { kind: 'person', id: 'a1' }, at: 100 })
})

test('different fields both survive, with nothing to choose', () => {
  const c = after(twice[0], twice[1], of('c3', 'amend', { changes: [{ field: 'description', from: '', to: '井盖' }] }, 1))
  expect([c.address, c.description, choicesOf(c)]).toEqual(['西侧', '井盖', []])
})
