import { spreadOf } from './figures'
import { Meter } from './meter'
import { Presence } from './presence'

test('a spread is of the nearest ranks', () => {
  expect(spreadOf(Array.from({ length: 100 }, (_, i) => 100 - i))).toEqual({ n: 100, p50: 50, p95: 95, p99: 99, most: 100 })
  expect(spreadOf([7])).toEqual({ n: 1, p50: 7, p95: 7, p99: 7, most: 7 })
  expect(spreadOf([])).toEqual({ n: 0, p50: null, p95: null, p99: null, most: null })
})

test('a phone is on line while its line is good and its conversation live', () => {
  let now = 0
  const presence = new Presence(() => now)
  const at = (time: number, change: () => void) => {
    now = time
    change()
  }
  at(10, () => presence.conversation(true))
  at(20, () => presence.line(false))
  at(30, () => presence.line(true))
  at(40, () => presence.conversation(false))
  expect([presence.throughout(10, 20), presence.throughout(5, 15), presence.throughout(15, 25), presence.throughout(30, 40), presence.throughout(12, 35)]).toEqual([true, false, false, true, false])
  at(50, () => presence.conversation(true))
  expect([presence.online, presence.throughout(50, 1000)]).toEqual([true, true])
})

test('a meter counts the time in which anything was under way, once', () => {
  let now = 0
  const meter = new Meter(() => now)
  meter.begin()
  now = 10
  meter.begin()
  now = 15
  meter.end()
  now = 20
  meter.end()
  now = 100
  expect(meter.ms).toBe(20)
  meter.begin()
  now = 103
  expect(meter.ms).toBe(23)
})
