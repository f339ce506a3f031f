// A number opens what it counts: the list of cases, narrowed to it.
import { linkTo, wantedOf, type Wanted } from '../cases/find'

export type Where = Partial<Pick<Wanted, 'state' | 'span' | 'who' | 'done'>>

/** @param within code of the squad, for those who see more than one */
export function linkOf(where: Where, within: string): string {
  return `/cases?${new URLSearchParams(linkTo({ ...wantedOf({}, 'squad'), within, ...where })).toString()}`
}
