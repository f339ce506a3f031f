// What the signed-in person chose for themselves, for the screens; loaded after the first page, and one for all of them.

import { computed, effectScope, shallowRef, watch, type ComputedRef } from 'vue'
import type { Telling, View } from '@shared/types.gen'
import { choose, fetchChoices, keptChoices, type Choices } from '../engine/choices'
import { type PhoneState, useState } from './keys'

export interface ChoicesState {
  readonly telling: ComputedRef<Telling>
  readonly views: ComputedRef<readonly View[]>
  /** Only on line. @throws Fault row.changed where another phone chose meanwhile, and what it chose is shown then */
  chooseTelling(telling: Telling): Promise<void>
  /** Likewise. */
  chooseViews(views: readonly View[]): Promise<void>
}

const made = new WeakMap<PhoneState, ChoicesState>()
const nothing: Telling = { kinds: [] }

export function useChoices(): ChoicesState {
  return choicesOf(useState())
}

export function choicesOf(state: PhoneState): ChoicesState {
  const kept = made.get(state) ?? effectScope(true).run(() => make(state))
  if (kept === undefined) throw new Error('a scope that was never stopped runs')
  made.set(state, kept)
  return kept
}

function make({ session, sync, inside }: PhoneState): ChoicesState {
  const choices = shallowRef<Choices>({})
  const whose = () => session.person.value?.id ?? ''
  /** What was read for one person never shows to the next (L10). */
  const take = async (person: string, read: () => Promise<Choices>) => {
    const come = await read()
    if (whose() === person) choices.value = come
  }
  watch([session.person, sync.link], async ([person, link], [before]) => {
    if (person?.id !== before?.id) choices.value = {}
    if (person === null) return
    await inside((store) => take(person.id, () => keptChoices(store, person.id))).catch(() => undefined)
    if (link === 'live') await inside((store) => take(person.id, () => fetchChoices(store, person.id))).catch(() => undefined)
  }, { immediate: true })
  const put = (key: keyof Choices, value: Telling | readonly View[]) => inside(async (store, person) => {
    try {
      await take(person, () => choose(store, person, key, value))
    } catch (error) {
      await take(person, () => keptChoices(store, person))
      throw error
    }
  })
  return {
    telling: computed(() => choices.value.telling?.value ?? nothing),
    views: computed(() => choices.value.views?.value ?? []),
    chooseTelling: (telling) => put('telling', telling),
    chooseViews: (views) => put('views', views),
  }
}
