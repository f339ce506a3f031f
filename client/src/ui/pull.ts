// Pulling a page down at its top asks for anything new, as phones have taught everybody. A button does the same.
import { computed, onMounted, onUnmounted, ref, type Ref } from 'vue'

/** How far the finger must go, in pixels, and how far the page follows at most. */
const enough = 72
const most = 120

export interface Pull {
  /** How far the page is pulled, 0 to 120. */
  readonly distance: Readonly<Ref<number>>
  /** Letting go now asks. */
  readonly ready: Readonly<Ref<boolean>>
}

/** @param asked is called when the page was pulled far enough and let go */
export function usePull(asked: () => void): Pull {
  const distance = ref(0)
  const ready = computed(() => distance.value >= enough)
  let from: number | null = null

  const begin = ({ touches }: TouchEvent) => {
    from = touches.length === 1 && scrollY <= 0 ? (touches[0]?.clientY ?? null) : null
  }
  const move = ({ touches }: TouchEvent) => {
    if (from === null) return
    if (scrollY > 0) from = null
    distance.value = from === null ? 0 : Math.max(0, Math.min(most, ((touches[0]?.clientY ?? from) - from) / 2))
  }
  const drop = () => {
    from = null
    distance.value = 0
  }
  const end = () => {
    const far = ready.value
    drop()
    if (far) asked()
  }
  const heard = [['touchstart', begin], ['touchmove', move], ['touchend', end], ['touchcancel', drop]] as const

  onMounted(() => heard.forEach(([name, hear]) => document.addEventListener(name, hear as (event: Event) => void, { passive: true })))
  onUnmounted(() => heard.forEach(([name, hear]) => document.removeEventListener(name, hear as (event: Event) => void)))
  return { distance, ready }
}
