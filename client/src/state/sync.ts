import { computed, ref, shallowRef } from 'vue'
import { photosOf, releasePhoto } from '../db/photos'
import type { PhotoRow } from '../db/rows'
import { watch } from '../db/store'
import { type Summary, summarize } from '../db/summary'
import { isLow, storageUse } from '../device/storage'
import type { Phone } from '../engine/phone'
import type { Refused, SyncState } from './contract'
import { useState } from './keys'
import type { Ledger } from './ledger'
import { follow, shown } from './refs'

export function useSync(): SyncState {
  return useState().sync
}

const nothing: Summary = { records: 0, photos: 0, voices: 0, bytes: 0, allSent: false, others: { people: 0, records: 0, photos: 0, voices: 0 }, made: new Map() }

export interface Asking {
  /** Asks the centre for names and categories; whether it answered. */
  refresh(person: string): Promise<boolean>
  /** The browser says that there is no network. Only that is to be believed of it: behind a portal it says there is one. */
  away(): boolean
}

export function makeSync(phone: Phone, ledger: Ledger, centre: Asking): SyncState {
  const { store } = phone
  const status = follow(phone.status)
  const fault = follow(phone.fault)
  const made = follow(phone.made)
  const undoable = follow(phone.undoable)
  const summary = shallowRef<Summary>(nothing)
  const damaged = shallowRef<readonly { hash: string; caseId: string; lost: boolean; voice: boolean }[]>([])
  const answered = ref<number | null>(null)
  const storage = ref<{ used: number; quota: number } | null>(null)
  const measure = async () => {
    storage.value = await storageUse()
  }

  let ends: (() => void)[] = []
  let whose = ''
  phone.person.watch((person) => {
    if (whose === (person?.id ?? '')) return
    whose = person?.id ?? ''
    for (const end of ends) end()
    ends = []
    // Until storage was read nothing is claimed (L13).
    summary.value = nothing
    damaged.value = []
    answered.value = null
    if (person === null) return
    const failed = () => (summary.value = { ...summary.value, allSent: false })
    ends = [
      watch(store, () => summarize(store, person.id), (found) => {
        if (whose !== person.id) return
        summary.value = found
        void measure()
      }, failed),
      watch(store, () => photosOf(store, person.id), (rows) => {
        if (whose === person.id) damaged.value = rows.filter(needsEyes).map(({ hash, caseId, stage, kind }) => ({ hash, caseId, lost: stage === 'lost', voice: kind === 'voice' }))
      }, () => undefined),
    ]
  })

  return {
    link: computed(() => status.value.link),
    pulling: computed(() => status.value.pulling),
    fault: computed(() => fault.value ?? status.value.fault),
    // Measured when the centre answers, which is when it was heard.
    skew: computed(() => {
      void status.value
      return Math.round(phone.clock.skew())
    }),
    heardAt: computed(() => latest(status.value.heardAt, answered.value)),
    waitingRecords: computed(() => summary.value.records),
    waitingPhotos: computed(() => summary.value.photos),
    waitingVoices: computed(() => summary.value.voices),
    waitingBytes: computed(() => summary.value.bytes),
    others: computed(() => summary.value.others),
    allSent: computed(() => summary.value.allSent && undoable.value === 0 && isOf(summary.value)),
    refused: computed(() => ledger.refused.value.map(refusedOf)),
    damaged,
    storage: shown(storage),
    room: computed(() => (fault.value === 'storage.full' ? 'full' : storage.value !== null && isLow(storage.value) ? 'low' : 'plenty')),
    tryNow: () => phone.wake(),
    refresh,
    release: (hash) => releasePhoto(store, whose, hash),
    exportRefused: async (operation) => (await import('./refused')).exportRefused(phone, ledger, operation),
  }

  /** Whether a summary knows of what was saved last: nothing is green between saving and the next look at storage (L13). */
  function isOf(found: Summary): boolean {
    const last = made.value
    return last === null || (found.made.get(last.replica) ?? Infinity) >= last.counter
  }

  async function refresh(): Promise<boolean> {
    const who = whose
    phone.wake()
    if (centre.away() || !(await centre.refresh(who))) return false
    if (whose === who) answered.value = phone.clock.now()
    return true
  }

  function refusedOf({ row, body, text }: Ledger['refused']['value'][number]): Refused {
    const { replica, counter, caseId, answer, savedAt } = row
    return { operation: `${replica}/${counter}`, caseId, action: body.action, fault: answer?.fault ?? 'internal', at: savedAt, text }
  }
}

function latest(one: number | null, other: number | null): number | null {
  return one === null || other === null ? (one ?? other) : Math.max(one, other)
}

function needsEyes({ stage, kind }: PhotoRow): boolean {
  return (stage === 'damaged' || stage === 'lost') && kind !== 'preview'
}
