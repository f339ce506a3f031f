// Administrators' pages: what they show is asked of the server each time and kept nowhere. A page that is left forgets it.
import { makeOffice } from '../../net/office'

export type { AccountRow, AnsweringRow, AreaRow, CalendarRow, CategoryRow, ConditionRow, DeviceRow, DutyRow, Fields, FileKind, HookAttempt, HookFormat, HookRow, Kind, LimitVersion, Mistake, PhaseRow, PhraseRow, Preview, Query, SquadRow, Step, TrailRow, UnitRow } from '../../net/office'
export { hookEvents, hookFormats, wrongFields } from '../../net/office'

/** Speaks the page's language. */
export const office = makeOffice(() => document.documentElement.lang)
