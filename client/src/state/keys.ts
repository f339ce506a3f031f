// What main.ts provides and every composable injects: one object a page, no global.

import { inject, type InjectionKey } from 'vue'
import type { Store } from '../db/store'
import type { CasesState, DeedState, DirectoryState, DraftState, PhotoState, PhrasesState, PlaceState, SessionState, SyncState, TaxonomyState } from './contract'

export interface PhoneState {
  readonly session: SessionState
  readonly cases: CasesState
  readonly sync: SyncState
  readonly draft: DraftState
  readonly deeds: DeedState
  readonly photos: PhotoState
  readonly place: PlaceState
  readonly taxonomy: TaxonomyState
  readonly directory: DirectoryState
  readonly phrases: PhrasesState
  /** Works on the phone's storage for a page that comes later with what it needs; `frees` where there is more room afterwards. */
  inside<T>(work: (store: Store, person: string) => Promise<T>, frees?: 'frees'): Promise<T>
}

export const phoneState: InjectionKey<PhoneState> = Symbol('phone')

export function useState(): PhoneState {
  const state = inject(phoneState)
  if (state === undefined) throw new Error('no phone is provided: see state/provide.ts')
  return state
}
