// Locks the app when nobody touched it for a while: the page is loaded anew, so that no key and no word stays in memory.

const lookEvery = 5_000
/** What is being sent may finish; not for ever. */
const grace = 20 * 60_000

let watching: (() => void) | null = null

/** @param busy whether something is on its way that locking would stop */
export function lockWhenIdle(minutes: number, busy: () => Promise<boolean>): void {
  watching?.()
  let touched = Date.now()
  const touch = () => (touched = Date.now())
  const look = async () => {
    const idle = Date.now() - touched - minutes * 60_000
    if (idle < 0 || (idle < grace && (await busy().catch(() => false)))) return
    location.reload()
  }
  const shown = () => document.visibilityState === 'visible' && void look()
  const names = ['pointerdown', 'keydown', 'scroll'] as const
  names.forEach((name) => addEventListener(name, touch, { capture: true, passive: true }))
  document.addEventListener('visibilitychange', shown)
  const timer = setInterval(() => void look(), lookEvery)
  watching = () => {
    clearInterval(timer)
    document.removeEventListener('visibilitychange', shown)
    names.forEach((name) => removeEventListener(name, touch, { capture: true }))
  }
}
