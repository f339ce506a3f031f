// Who goes where the collectors of the area are to go, as far as this phone knows. The centre decides, and knows who is on duty. Pure.
import type { Action, Case } from '@shared/types.gen'
import { groundAt } from '../../state/areas'
import type { Area } from '../../state/contract'
import { spotOf } from '../../state/near'

/** Those who answer for the ground of a case, or why there is nobody: none was named, no area is drawn there, the case has no place. */
export type Beat = { readonly area: Area; readonly collectors: readonly string[] } | 'nobody' | 'unknown' | 'nowhere'

/** The narrowest ground that somebody answers for, as the centre looks. Nobody rechecks the own report. */
export function beatOf(areas: readonly Area[], c: Pick<Case, 'squad' | 'fix' | 'pin' | 'reporter'>, action: Action | null): Beat {
  const spot = spotOf(c)
  if (spot === null) return 'nowhere'
  const { unitGrid, dutyGrid, community } = groundAt(areas.filter(({ squad }) => squad === c.squad), spot)
  const grounds = [unitGrid, dutyGrid, community].filter((area) => area !== null)
  for (const area of grounds) {
    const collectors = (area.collectors ?? []).filter((id) => action !== 'sendRecheck' || id !== c.reporter.id)
    if (collectors.length > 0) return { area, collectors }
  }
  return grounds.length > 0 ? 'nobody' : 'unknown'
}
