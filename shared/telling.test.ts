import { heldUntil, soonOf, tellingRows, toldOf, wants, type Told } from './telling'
import type { Case, Entry, Telling, TellingRow, TellingWay } from './types.gen'
import file from './vectors/telling.json'

const rowOf = (kind: string, role: string) => tellingRows.find((row) => row.kind === kind && row.role === role) as TellingRow

test.each(file.told)('told: $name', ({ case: c, entry, who, want }) => {
  expect(toldOf(c as unknown as Case, entry as unknown as Entry, who as Told)?.kind ?? null).toBe(want)
})

test.each(file.soon)('soon: $name', ({ case: c, now, who, want }) => {
  expect(soonOf(c as unknown as Case, now, who as Told)?.clock.due ?? null).toBe(want)
})

test.each(file.held)('held: $name', ({ telling, kind, role, now, want }) => {
  expect(heldUntil(telling as Telling, rowOf(kind, role), now)).toBe(want)
})

test.each(file.wants)('wanted: $name', ({ telling, kind, role, way, want }) => {
  expect(wants(telling as Telling, rowOf(kind, role), way as TellingWay)).toBe(want)
})
