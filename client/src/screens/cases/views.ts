// Views of the case list that a person keeps: a name for the filters that stand in the address. Pure.
import { maxViewNameLen } from '@shared/types.gen'
import type { View } from '@shared/types.gen'
import { linkTo, wantedOf, type Wanted } from './find'

/** What a view keeps of what is looked for: the same filters give the same text, whatever order they were chosen in. */
export function linkOf(wanted: Wanted): string {
  const query = new URLSearchParams(linkTo(wanted))
  query.sort()
  return query.toString()
}

/** What a view looks for. What an older or newer version wrote and this one does not know narrows nothing. */
export function wantedIn(link: string, whose: Wanted['whose']): Wanted {
  return wantedOf(Object.fromEntries(new URLSearchParams(link)), whose)
}

export type NameFault = 'empty' | 'long' | 'twice'

/** Why a view cannot be called so; undefined where it can. */
export function nameFault(name: string, views: readonly View[]): NameFault | undefined {
  const said = tidy(name)
  if (said === '') return 'empty'
  if ([...said].length > maxViewNameLen) return 'long'
  return views.some((view) => view.name === said) ? 'twice' : undefined
}

export const tidy = (name: string) => name.replace(/\s+/g, ' ').trim()

/** The views with one of them moved up; the first stays where it is. */
export function raised(views: readonly View[], at: number): View[] {
  const next = [...views]
  if (at > 0) next.splice(at - 1, 0, ...next.splice(at, 1))
  return next
}
