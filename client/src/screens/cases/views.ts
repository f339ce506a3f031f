// Views of the case list that a person keeps: a name for the filters that stand in the address. Pure.
import { maxViewNameLen, maxViews } from '@shared/types.gen'
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

/** Why a view cannot be called so; undefined where it can. `was`: the name of the one that is to get it. */
export function nameFault(name: string, views: readonly View[], was = ''): NameFault | undefined {
  const said = tidy(name)
  if (said === '') return 'empty'
  if ([...said].length > maxViewNameLen) return 'long'
  return views.some((view) => view.name !== was && view.name === said) ? 'twice' : undefined
}

export const tidy = (name: string) => name.replace(/\s+/g, ' ').trim()

/** The views with one of them moved up; the first stays where it is. */
export function raised(views: readonly View[], at: number): View[] {
  const next = [...views]
  if (at > 0) next.splice(at - 1, 0, ...next.splice(at, 1))
  return next
}

/** The views with another name for one of them. */
export function renamed(views: readonly View[], was: string, name: string): View[] {
  return views.map((view) => (view.name === was ? { ...view, name: tidy(name) } : view))
}

/** The views with one that was deleted where it was, unless its name has been given away since or there is no room. */
export function restored(views: readonly View[], view: View, at: number): readonly View[] {
  return nameFault(view.name, views) !== undefined || views.length >= maxViews ? views : [...views.slice(0, at), view, ...views.slice(at)]
}
