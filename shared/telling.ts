// What a person is told of a case: the same answers as telling.go gives, so that the open page and a push agree.
import rows from './telling.json'
import { zoneMinutes, soonMs } from './types.gen'
import type { Case, Clock, Entry, Phase, Role, Telling, TellingRow, TellingWay } from './types.gen'

/** Who is told. */
export interface Told {
  readonly id: string
  readonly role: Role
  readonly squad: string
  readonly unit?: string
}

/** The Go test vouches for the table. */
export const tellingRows = rows as readonly TellingRow[]

export function wants(telling: Telling, row: TellingRow, way: TellingWay): boolean {
  return (telling.kinds.find(({ kind }) => kind === row.kind)?.ways ?? row.ways).includes(way)
}

const minutesOfDay = 24 * 60
const msOfMinute = 60_000

/** When the quiet hours end that now lies in, ms since 1970; 0 where what the row is for may be told now. */
export function heldUntil({ quiet }: Telling, row: TellingRow, now: number): number {
  if (quiet === undefined || (quiet.urgent && row.urgent)) return 0
  const at = Math.floor(now / msOfMinute)
  const since = (((at + zoneMinutes) % minutesOfDay) - quiet.from + minutesOfDay) % minutesOfDay
  const lasts = (quiet.to - quiet.from + minutesOfDay) % minutesOfDay
  return since >= lasts ? 0 : (at + lasts - since) * msOfMinute
}

/** What an entry of a case's timeline is to a person; undefined where it is nothing to be told. Nobody is told what they did. */
export function toldOf(c: Case, e: Entry, who: Told): TellingRow | undefined {
  if (e.by.id === who.id || e.late !== undefined) return undefined
  return tellingRows.find((row) => {
    if (row.role !== who.role) return false
    if (row.kind !== 'conflict') return row.actions.includes(e.action) && isFor(row, c, e, who)
    const lost = c.conflicts?.some((x) => x.revision === e.revision && x.settled === undefined && (row.whose !== 'loser' || x.lostBy.id === who.id)) ?? false
    return lost && isFor(row, c, e, who)
  })
}

function isFor(row: TellingRow, c: Case, e: Entry, who: Told): boolean {
  switch (row.whose) {
    case 'task':
      return c.task?.assignee === who.id && c.task.revision === e.revision
    case 'reporter':
      return c.reporter.id === who.id
    case 'loser':
      return true
    case 'squad':
      return who.squad !== '' && c.squad === who.squad
    case 'unit':
      return (who.unit ?? '') !== '' && c.unit === who.unit
    case 'clock':
      return inTime(c, e.payload.phase, who)
  }
}

/** Whether the person is one of those who have to be in time with a phase of the case. */
function inTime(c: Case, phase: Phase | undefined, who: Told): boolean {
  if (phase === 'verify' || phase === 'recheck') return who.role === 'collector' && c.task?.assignee === who.id
  if (phase === 'handle') return who.role === 'unit' && (who.unit ?? '') !== '' && c.unit === who.unit
  return who.role === 'leader' && who.squad !== '' && c.squad === who.squad
}

/** The clock of a case that is about to run out for a person, with what that is to the person. */
export function soonOf(c: Case, now: number, who: Told): { readonly row: TellingRow; readonly clock: Clock } | undefined {
  const clock = c.clocks?.find(({ phase, due = 0, done, limit }) => done === undefined && due > now && due - now <= Math.min(soonMs, Math.floor(limit / 4)) && inTime(c, phase, who))
  const row = tellingRows.find(({ kind, role }) => kind === 'soon' && role === who.role)
  return clock && row && { row, clock }
}
