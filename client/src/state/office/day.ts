import { onScopeDispose, ref, shallowRef, watch, type Ref } from 'vue'
import { faultCode } from '@shared/fault'
import { askDay, type Day } from '../../net/day'

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

/** Phones come and go without a change of any case. */
const everyMs = 10_000
const soonMs = 400

/** A squad's day, asked again and again while the page is in sight. '' is one's own squad. */
export function useDay(squad: Readonly<Ref<string>>): DayState {
  const day = shallowRef<Day | null>(null)
  const cameAt = ref(0)
  const fault = ref('')
  const asking = ref(false)
  let asked = 0
  let timer: ReturnType<typeof setTimeout> | undefined

  async function ask(): Promise<void> {
    clearTimeout(timer)
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
    }
    if (mine !== asked) return
    asking.value = false
    if (document.visibilityState === 'visible') timer = setTimeout(() => void ask(), everyMs)
  }

  function askSoon(): void {
    if (asking.value) return
    clearTimeout(timer)
    timer = setTimeout(() => void ask(), soonMs)
  }

  const seen = () => {
    if (document.visibilityState === 'visible') askSoon()
  }
  document.addEventListener('visibilitychange', seen)
  addEventListener('online', seen)
  watch(squad, () => {
    day.value = null
    void ask()
  })
  onScopeDispose(() => {
    clearTimeout(timer)
    asked += 1
    document.removeEventListener('visibilitychange', seen)
    removeEventListener('online', seen)
  })
  void ask()
  return { day, cameAt, fault, asking, ask, askSoon }
}
