import { watch, type Ref } from 'vue'
import { askDay, type Day } from '../../net/day'
import { useAsked, type Asked } from './asked'

export type { Day, DayGap, DayPerson, DayPhone, Tally } from '../../net/day'

/** A squad's day. '' is one's own squad. */
export function useDay(squad: Readonly<Ref<string>>): Asked<Day> {
  const asked = useAsked(() => askDay(squad.value))
  watch(squad, asked.anew)
  return asked
}
