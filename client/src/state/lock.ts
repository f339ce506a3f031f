// The lock of the app, for the pages that ask for the PIN and that set it. It comes when one of them does.

import { ref } from 'vue'
import { lockOf, putLock, settleLock, takeLock } from '../db/lock'
import { locked as lockedPhone, type Locked } from '../engine/locked'
import { useState } from './keys'

export type { Locked } from '../engine/locked'

export function lockedBy(...row: Parameters<typeof lockedPhone>): Locked {
  return lockedPhone(...row)
}

/** The lock of who is signed in: null while it is being read, 0 minutes where there is none. */
export function useLock() {
  const { inside } = useState()
  const minutes = ref<number | null>(null)
  const look = async () => {
    minutes.value = (await inside(lockOf))?.minutes ?? 0
  }
  const other = () => new BroadcastChannel('buxun').postMessage({ type: 'locked' })
  void inside(settleLock).catch(() => undefined).then(look)
  return {
    minutes,
    put: async (pin: string, after: number) => {
      await inside((store, person) => putLock(store, person, pin, after))
      other()
      await look()
    },
    take: async (pin: string) => {
      const right = await inside((store, person) => takeLock(store, person, pin))
      if (right) other()
      await look()
      return right
    },
  }
}
