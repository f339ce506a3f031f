// What a squad's day comes to: who holds what, and what has to be done at once. Pure: decided by what the centre told.
import type { Day, DayGap, DayPerson, DayPhone } from '../../state/office/day'

/** A phone that holds something and was not heard for so long does not send it by itself: somebody has to call. */
export const silentMs = 30 * 60_000

export interface Holding {
  readonly records: number
  readonly photos: number
  /** Since when the first of it waits; 0 where nothing does. */
  readonly since: number
}

/** What phones hold that is not at the centre, as they said at their last contact. */
export function holdingOf(phones: readonly DayPhone[]): Holding {
  const sum = (of: (phone: DayPhone) => number) => phones.reduce((all, phone) => all + of(phone), 0)
  const since = phones.flatMap(({ records, recordsSince, photos, photosSince }) => [records > 0 ? recordsSince : 0, photos > 0 ? photosSince : 0]).filter((at) => at !== undefined && at > 0)
  return { records: sum(({ records }) => records), photos: sum(({ photos }) => photos), since: since.length === 0 ? 0 : Math.min(...(since as number[])) }
}

export function holds({ records, photos }: Holding): boolean {
  return records + photos > 0
}

/** When any of a person's phones was heard last; 0 where none ever was. */
export function heardOf({ phones }: DayPerson): number {
  return Math.max(0, ...phones.map(({ heardAt }) => heardAt ?? 0))
}

/** Phones that never told what they hold: no sum has them in it. */
export function unheard(people: readonly DayPerson[]): number {
  return people.flatMap(({ phones }) => phones).filter(({ here, heardAt }) => !here && !heardAt).length
}

export type Alarm =
  /** Later records came, these never will by themselves. */
  | { readonly kind: 'gap'; readonly key: string; readonly person: DayPerson; readonly gap: DayGap }
  /** The phone holds something and is silent. */
  | { readonly kind: 'silent'; readonly key: string; readonly person: DayPerson; readonly holding: Holding; readonly heardAt: number }

/** What has to be done at once: what is lost first, then the phone that has been silent the longest. */
export function alarmsOf({ people, now }: Day): Alarm[] {
  const gaps = people.flatMap((person) => person.phones.flatMap(({ replica, gaps }) => gaps.map((gap): Alarm => ({ kind: 'gap', key: `${replica} ${gap.from}`, person, gap }))))
  const silent = people.flatMap((person) => person.phones.flatMap((phone): Extract<Alarm, { kind: 'silent' }>[] => {
    const holding = holdingOf([phone])
    const heardAt = phone.heardAt ?? 0
    return holds(holding) && !phone.here && now - heardAt >= silentMs ? [{ kind: 'silent', key: phone.replica, person, holding, heardAt }] : []
  }))
  return [...gaps, ...silent.sort((a, b) => a.heardAt - b.heardAt)]
}

/** Whether the centre knows anything of a person's day: here, heard since it began, something held or lost, or a case counted. */
export function stirs(person: DayPerson, begun: number): boolean {
  const { here, reported, filed, returned, waiting, phones } = person
  return here || heardOf(person) >= begun || reported + filed + returned + waiting > 0 || phones.some(({ records, photos, gaps }) => records + photos + gaps.length > 0)
}

/** Collectors first, in the order of their names; the page stands still while numbers change. */
export function inOrder(people: readonly DayPerson[]): DayPerson[] {
  return [...people].sort((a, b) => Number(a.role === 'leader') - Number(b.role === 'leader') || a.label.localeCompare(b.label, 'zh-CN', { numeric: true }))
}
