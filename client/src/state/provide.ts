// Makes what the screens see of the phone. main.ts calls it once and provides the result; there is no global.

import type { App } from 'vue'
import { developer } from '../device/photo'
import type { Unlock } from '../db/seal'
import { openPhone } from '../engine/browser'
import { browser } from '../engine/world'
import { makeCases } from './cases'
import { makeDeeds } from './deeds'
import { makeDirectory } from './directory'
import { makeDraft } from './draft'
import { makeDuty } from './duty'
import { type PhoneState, phoneState } from './keys'
import { Ledger } from './ledger'
import { makePhotos } from './photos'
import { makePhrases } from './phrases'
import { makePlace } from './place'
import { makeSession } from './session'
import { makeSync } from './sync'
import { makeTaxonomy } from './taxonomy'

/**
 * Opens the phone's storage and its engine, and gives the app what the composables of this folder inject. Resolves when
 * it is known who is signed in, before anything is asked of the network.
 * @param app name and version, for the server's log
 * @param unlock asks for the PIN where the app is locked; until it is right nothing is opened, and nothing shown
 */
export async function provideState(app: App, options: { readonly app: string; readonly language: () => 'zh' | 'en'; readonly unlock: Unlock }): Promise<PhoneState> {
  const { phone, reference, pictures } = await openPhone(options.app, options.unlock)
  const ledger = new Ledger(phone)
  const duty = makeDuty(phone)
  const session = makeSession(phone, duty)
  const cases = makeCases(ledger)
  const place = makePlace()
  const taxonomy = () => reference.taxonomy.value?.version ?? ''
  const fix = () => place.fix.value
  const draft = makeDraft({ phone, world: browser, ledger, develop: developer(browser.after), fix, taxonomy })
  const state: PhoneState = {
    session, cases, place, draft,
    sync: makeSync(phone, ledger, { refresh: (id) => reference.refresh(id), away: () => !navigator.onLine }),
    deeds: makeDeeds({ phone, world: browser, ledger, fix, taxonomy }),
    photos: makePhotos(phone, pictures, ledger),
    taxonomy: makeTaxonomy(reference, options.language),
    directory: makeDirectory(reference, session),
    phrases: makePhrases(reference),
    inside: (work, frees) => {
      const within = () => work(phone.store, phone.person.value?.id ?? '')
      return frees ? phone.withRoom(within) : within()
    },
  }
  app.provide(phoneState, state)
  listen(
    () => {
      phone.wake()
      void duty.note()
    },
    () => {
      void draft.flush().catch(() => undefined)
      void phone.settle().catch(() => undefined)
      void duty.note()
    },
  )
  return state
}

/** On line, on the screen: try now. Off the screen: what was typed is stored and what was decided goes, there may be no later. */
function listen(wake: () => void, flush: () => void): void {
  addEventListener('online', wake)
  addEventListener('pageshow', wake)
  addEventListener('pagehide', flush)
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'visible') wake()
    else flush()
  })
}
