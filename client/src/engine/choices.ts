// A person's own choices: kept at the centre, and sealed on the phone for when there is no line.

import { faultCode } from '@shared/fault'
import { keepDocument, openDocument } from '../db/documents'
import type { Store } from '../db/store'
import { chooser as centre, type Choices, type Chooser } from '../net/choices'

export type { Choices } from '../net/choices'

const document = 'choices'

export async function keptChoices(store: Store, person: string): Promise<Choices> {
  return (await openDocument<Choices>(store, person, document)) ?? {}
}

/** @throws Fault `offline` where the centre is out of reach */
export async function fetchChoices(store: Store, person: string, chooser: Chooser = centre): Promise<Choices> {
  const choices = await chooser.choices()
  await keepDocument(store, person, document, choices)
  return choices
}

/**
 * Chooses in place of what this phone knew; only on line, so that the person's other phones have it.
 * @throws Fault row.changed where another phone chose meanwhile: what it chose is kept here then
 */
export async function choose<K extends keyof Choices>(store: Store, person: string, key: K, value: NonNullable<Choices[K]>['value'], chooser: Chooser = centre): Promise<Choices> {
  const known = await keptChoices(store, person)
  try {
    const choices = { ...known, [key]: await chooser.choose(key, value, known[key]?.version ?? 0) }
    await keepDocument(store, person, document, choices)
    return choices
  } catch (error) {
    if (faultCode(error) === 'row.changed') await fetchChoices(store, person, chooser).catch(() => undefined)
    throw error
  }
}
