import { onScopeDispose, ref, shallowRef, type Ref } from 'vue'
import { faultCode } from '@shared/fault'
import { makePace } from './pace'

export interface Asked<T> {
  /** The last answer; null until there was one. What came stays while it asks again, and while there is no line. */
  readonly answer: Readonly<Ref<T | null>>
  /** When it came, by the device's clock. */
  readonly cameAt: Readonly<Ref<number>>
  /** Code of the fault that the last question met, '' where it met none. */
  readonly fault: Readonly<Ref<string>>
  readonly asking: Readonly<Ref<boolean>>
  ask(): Promise<void>
  /** Something changed: asks in a moment, once for many changes. */
  askSoon(): void
  /** It is about something else now: what came is forgotten, and it asks at once. */
  anew(): void
}

/** What the server is asked again and again while the page is in sight. */
export function useAsked<T>(question: () => Promise<T>): Asked<T> {
  const answer = shallowRef<T | null>(null)
  const cameAt = ref(0)
  const fault = ref('')
  const asking = ref(false)
  let asked = 0

  async function once(): Promise<void> {
    const mine = ++asked
    asking.value = true
    try {
      const came = await question()
      if (mine !== asked) return
      answer.value = came
      cameAt.value = Date.now()
      fault.value = ''
    } catch (thrown) {
      if (mine === asked) fault.value = faultCode(thrown)
    } finally {
      if (mine === asked) asking.value = false
    }
  }

  const pace = makePace(once, () => document.visibilityState === 'visible')
  const seen = () => {
    if (document.visibilityState === 'visible') pace.soon()
  }
  document.addEventListener('visibilitychange', seen)
  addEventListener('online', seen)
  onScopeDispose(() => {
    pace.stop()
    asked += 1
    document.removeEventListener('visibilitychange', seen)
    removeEventListener('online', seen)
  })
  const anew = () => {
    answer.value = null
    void pace.now()
  }
  void pace.now()
  return { answer, cameAt, fault, asking, ask: pace.now, askSoon: pace.soon, anew }
}
