import { onScopeDispose, ref, shallowRef, watch, type Ref } from 'vue'
import { faultCode } from '@shared/fault'
import { askDay, type Day } from '../../net/day'
import { makePace } from './pace'

export type { Day, DayGap, DayPerson, DayPhone, Tally } from '../../net/day'

export interface DayState {
  /** The last answer; null until there was one. What came stays while it asks again, and while there is no line. */
  readonly day: Readonly<Ref<Day | null>>
  /** When it came, by the device's clock. */
  readonly cameAt: Readonly<Ref<number>>
  /** Code of the fault that the last question met, '' where it met none. */
  readonly fault: Readonly<Ref<string>>
  readonly asking: Readonly<Ref<boolean>>
  ask(): Promise<void>
  /** Something changed: asks in a moment, once for many changes. */
  askSoon(): void
}

/** A squad's day, asked again and again while the page is in sight. '' is one's own squad. */
export function useDay(squad: Readonly<Ref<string>>): DayState {
  const day = shallowRef<Day | null>(null)
  const cameAt = ref(0)
  const fault = ref('')
  const asking = ref(false)
  let asked = 0

  async function question(): Promise<void> {
    const mine = ++asked
    asking.value = true
    try {
      const answer = await askDay(squad.value)
      if (mine !== asked) return
      day.value = answer
      cameAt.value = Date.now()
      fault.value = ''
    } catch (thrown) {
      if (mine === asked) fault.value = faultCode(thrown)
    } finally {
      if (mine === asked) asking.value = false
    }
  }

  const pace = makePace(question, () => document.visibilityState === 'visible')
  const seen = () => {
    if (document.visibilityState === 'visible') pace.soon()
  }
  document.addEventListener('visibilitychange', seen)
  addEventListener('online', seen)
  watch(squad, () => {
    day.value = null
    void pace.now()
  })
  onScopeDispose(() => {
    pace.stop()
    asked += 1
    document.removeEventListener('visibilitychange', seen)
    removeEventListener('online', seen)
  })
  void pace.now()
  return { day, cameAt, fault, asking, ask: pace.now, askSoon: pace.soon }
}
