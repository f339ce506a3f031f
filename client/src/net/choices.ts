// What a person chose for themselves at the centre: what to be told, and views of the case list.

import type { Telling, View } from '@shared/types.gen'
import { askJson } from './request'

/** `version` counts the changes: a change names the one that was seen. */
interface Chosen<T> {
  readonly version: number
  readonly value: T
}

/** A key under which nothing was chosen is absent. */
export interface Choices {
  readonly telling?: Chosen<Telling>
  readonly views?: Chosen<readonly View[]>
}

export interface Chooser {
  choices(): Promise<Choices>
  /** @param was the version that was seen, 0 where nothing was chosen @throws Fault row.changed where there is another by now */
  choose<T>(key: keyof Choices, value: T, was: number): Promise<Chosen<T>>
}

export const chooser: Chooser = {
  choices: () => askJson('/api/me/choices'),
  choose: (key, value, was) => askJson(`/api/me/choices/${key}`, { method: 'PUT', body: { value, was } }),
}
