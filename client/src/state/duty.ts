// Since when the person is at work today, as far as this phone can tell: the first use after a long rest.

import { ref, type Ref } from 'vue'
import { keepDocument, openDocument } from '../db/documents'
import type { Phone } from '../engine/phone'
import { shown } from './refs'

/** Nobody rests that long in the middle of a shift, and nobody sleeps less between two. */
const restMs = 5 * 3_600_000
const document = 'duty'

interface Stored {
  readonly since: number
  /** When the app was last on the screen. */
  readonly last: number
}

export interface Duty {
  readonly since: Readonly<Ref<number | null>>
  /** The app is, or was until now, on the screen. */
  note(): Promise<void>
}

export function makeDuty({ store, person, clock }: Pick<Phone, 'store' | 'person' | 'clock'>): Duty {
  const since = ref<number | null>(null)
  let line: Promise<void> = Promise.resolve()

  async function noteOf(id: string): Promise<void> {
    const now = clock.now()
    const kept = await openDocument<Stored>(store, id, document)
    const going = kept !== null && now - kept.last < restMs && now >= kept.since
    const next = { since: going ? kept.since : now, last: now }
    await keepDocument(store, id, document, next)
    if (person.value?.id === id) since.value = next.since
  }

  function note(): Promise<void> {
    const id = person.value?.id
    if (id !== undefined) line = line.then(() => noteOf(id)).catch(() => undefined) // full storage: the time is not worth a fault
    return line
  }

  person.watch((who) => {
    since.value = null
    if (who !== null) void note()
  })
  return { since: shown(since), note }
}
