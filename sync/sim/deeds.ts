// What people do on their phones: bodies of operations, made from what the phone shows.

import type { Action, Body, Case, Payload, Photo } from '@shared/types.gen'
import type { Phone } from './phone'
import type { Random } from './random'
import { hashText } from './sealing'
import type { StoredChain } from './storage'

export const categories = ['sim|matter|01', 'sim|matter|02'] as const

/** The next body of a chain. */
export function bodyOf(phone: Phone, chain: StoredChain, action: Action, id: string, payload: Payload, photos: Photo[] = []): Body {
  const { clock } = phone.storage
  const seen = phone.storage.view(chain.person).cases.get(id)?.case.revision ?? 0
  return {
    v: 1,
    replica: chain.replica,
    counter: chain.last + 1,
    ...(chain.last > 0 && { prev: chain.lastHash }),
    case: id,
    author: { kind: 'person', id: chain.person },
    source: 'collector',
    action,
    payload,
    seen,
    taxonomy: 'sim-1',
    time: { device: phone.now, ...(clock && { offset: clock.offset, bound: clock.bound, fresh: true }) },
    ...(clock?.anchor && { anchor: clock.anchor }),
    place: { longitude: 113.1, latitude: 27.8, accuracy: 10, at: phone.now, source: 'device' },
    ...(photos.length > 0 && { photos }),
  }
}

export function photo(random: Random, part: Photo['part'], takenAt: number): Photo {
  const hash = hashText(random.uuid())
  return { hash, size: random.whole(1, 5_000_000), type: 'image/jpeg', origin: 'camera', part, takenAt }
}

/** A case that the phone shows and its person may act on: stored, or reported here and not yet answered. */
export function chooseCase(phone: Phone, random: Random, fits: (c: Case) => boolean = () => true): { id: string; case: Case | null } | null {
  const { cases, place } = phone.storage.view(phone.person)
  const shown = [...cases.values()].filter((row) => !row.left && row.generation === place.generation && fits(row.case))
  const stored = random.pick(shown)
  return stored === undefined ? null : { id: stored.case.id, case: stored.case }
}

/** A report of this person that the server has not answered yet. */
export function chooseOwn(phone: Phone, random: Random): string | null {
  const own = phone.storage.going(phone.person).filter((chain) => chain.person === phone.person)
  const unsent = own.flatMap((chain) => chain.operations.filter((o) => o.counter > chain.acked && opened.test(o.text)))
  return random.pick(unsent)?.case ?? null
}

const opened = /"action":"(?:report|selfHandle)"/

export function words(random: Random): string {
  return random.pick(['占道经营', '井盖缺失 <&>', '垃圾未清 🗑️', 'no light at night', '"quoted" \\ and \n new line', '补充']) ?? ''
}
