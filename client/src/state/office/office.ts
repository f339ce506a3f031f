// Administrators' pages: what they show is asked of the server each time and kept nowhere. A page that is left forgets it.
import { makeOffice } from '../../net/office'

export type { AccountRow, AreaRow, DeviceRow, Fields, Kind, Mistake, PhraseRow, Preview, Query, SquadRow, Step, TrailRow, UnitRow } from '../../net/office'
export { wrongFields } from '../../net/office'

/** Speaks the page's language. */
export const office = makeOffice(() => document.documentElement.lang)
