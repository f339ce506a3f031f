// Receipts of the centre and the comparison with it, for the screens; loaded after the first page.

import { shallowRef, watch as follow, type Ref, type ShallowRef } from 'vue'
import { faultCode } from '@shared/fault'
import { parseReceipt } from '@shared/receipt'
import { receiptOf } from '../db/accounts'
import { watch } from '../db/store'
import { type CentreKey, fetchReceipts, fingerprint, lastReckoning, otherKey, OtherKey, reckon, type Reckoning, takeKey } from '../engine/accounts'
import { type PhoneState, useState } from './keys'
import { whenLeft } from './refs'

export type { Reckoning } from '../engine/accounts'

/** What the centre signed of the person's doings on one case. */
export interface ReceiptView {
  readonly at: number
  readonly records: number
  readonly photos: number
  /** Of the key that signed it, as people compare it. */
  readonly fingerprint: string
  /** Saved as it is, it can be checked by anybody who has the centre's key: buxun verify FILE. */
  readonly file: Blob
}

export function useReceipt(caseId: () => string): Readonly<ShallowRef<ReceiptView | null>> {
  const { inside } = useState()
  const view = shallowRef<ReceiptView | null>(null)
  let end = () => undefined as unknown
  const look = (id: string) => {
    end()
    view.value = null
    void inside(async (store, person) => {
      end = watch(store, () => receiptOf(store, person, id), (row) => {
        if (row === undefined) return
        const { operations } = parseReceipt(row.text)
        const { text, signature, key, at } = row
        const photos = new Set(operations.flatMap((one) => one.photos ?? [])).size
        const file = new Blob([JSON.stringify({ format: 'buxun receipt v1', text, signature, key })], { type: 'application/json' })
        view.value = { at, records: operations.length, photos, fingerprint: fingerprint(key), file }
      }, () => undefined)
    })
  }
  follow(caseId, look, { immediate: true })
  whenLeft(() => end())
  return view
}

export interface Accounts {
  /** null until the phone has compared once. */
  readonly last: Readonly<ShallowRef<Reckoning | null>>
  /** Fingerprint of a key that the centre answers with and that this phone does not believe; '' where there is none. */
  readonly otherKey: Readonly<Ref<string>>
  readonly busy: Readonly<Ref<boolean>>
  /** Fault of the last try, '' where there was none. */
  readonly fault: Readonly<Ref<string>>
  /** Compares now. */
  compare(): Promise<void>
  /** The person compared the fingerprint with the office. */
  takeKey(): Promise<void>
}

export function useAccounts(): Accounts {
  const state = useState()
  const last = shallowRef<Reckoning | null>(null)
  const other = shallowRef('')
  const busy = shallowRef(false)
  const fault = shallowRef('')
  const look = () => state.inside(async (store, person) => {
    last.value = await lastReckoning(store, person)
    const key: CentreKey | null = await otherKey(store)
    other.value = key === null ? '' : fingerprint(key.key)
  })
  void look()
  const compare = async () => {
    busy.value = true
    fault.value = await settle(state, true)
    await look()
    busy.value = false
  }
  return {
    last, otherKey: other, busy, fault, compare,
    takeKey: async () => {
      await state.inside((store) => takeKey(store))
      await compare()
    },
  }
}

const quietMs = 3_000
const hourMs = 3_600_000

/** Settles accounts whenever the line is there and things are quiet, and once more in the night where the phone stays on. */
export function keepAccounts(state: PhoneState): void {
  const { sync, session } = state
  let timer: ReturnType<typeof setTimeout> | undefined
  const soon = () => {
    clearTimeout(timer)
    if (sync.link.value === 'live') timer = setTimeout(() => void settle(state, false), quietMs)
  }
  follow([sync.link, sync.waitingRecords, sync.waitingPhotos, sync.waitingVoices, session.person], soon, { immediate: true })
  setInterval(soon, hourMs)
}

/** Whether the last comparison was on an earlier day. */
export function due(last: number | null, now: number): boolean {
  return last === null || new Date(last).toDateString() !== new Date(now).toDateString()
}

/** Fetches receipts, and compares where it is due or asked for. Gives the fault, '' where there was none. */
async function settle({ inside, session, sync }: PhoneState, asked: boolean): Promise<string> {
  if (session.person.value === null) return ''
  try {
    await inside(async (store, person) => {
      const now = Date.now()
      await fetchReceipts(store, person, now)
      if (!asked && !due((await lastReckoning(store, person))?.at ?? null, now)) return
      const found = await reckon(store, person, now)
      if (found.differences.some(({ again }) => again)) sync.tryNow()
    })
    return ''
  } catch (error) {
    return error instanceof OtherKey ? '' : faultCode(error)
  }
}
