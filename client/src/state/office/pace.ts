/** Phones come and go without a change of any case. */
export const everyMs = 10_000
/** Many changes at once are one question. */
export const soonMs = 400

export interface Pace {
  /** Asks now. */
  now(): Promise<void>
  /** Something changed: asks in a moment, and again if it changed while the answer was on its way. */
  soon(): void
  stop(): void
}

/** Asks again and again, one question at a time, while `watched` says that somebody looks. `ask` never rejects. */
export function makePace(ask: () => Promise<void>, watched: () => boolean): Pace {
  let timer: ReturnType<typeof setTimeout> | undefined
  let asking = 0
  let due = false
  let stopped = false

  async function now(): Promise<void> {
    clearTimeout(timer)
    due = false
    asking += 1
    await ask()
    asking -= 1
    if (stopped || asking > 0) return
    clearTimeout(timer)
    if (due) timer = setTimeout(() => void now(), soonMs)
    else if (watched()) timer = setTimeout(() => void now(), everyMs)
  }

  function soon(): void {
    if (stopped || due) return
    due = true
    if (asking > 0) return
    clearTimeout(timer)
    timer = setTimeout(() => void now(), soonMs)
  }

  return {
    now,
    soon,
    stop: () => {
      stopped = true
      clearTimeout(timer)
    },
  }
}
