// Whether this device is told by Web Push, and switching it on and off; loaded after the first page.

import { ref, type Ref } from 'vue'
import { faultCode } from '@shared/fault'
import { allowed, canPush, subscribe, subscription, unsubscribe } from '../device/push'
import { pushes } from '../engine/push'

/** `none`: this browser has no Web Push; `denied`: the person told the browser no; `unknown`: the centre was not reached yet. */
export type PushMode = 'unknown' | 'none' | 'denied' | 'off' | 'on'

export interface PushSwitch {
  readonly mode: Readonly<Ref<PushMode>>
  look(): Promise<void>
  /** Rejects with a Fault, or with what the browser says where it cannot reach its own push service. */
  turnOn(language: 'zh' | 'en'): Promise<void>
  turnOff(): Promise<void>
}

export function usePush(): PushSwitch {
  const mode = ref<PushMode>('unknown')
  const look = async () => {
    if (!canPush()) mode.value = 'none'
    else if (allowed() === 'denied') mode.value = 'denied'
    else {
      try {
        const { key, endpoint } = await pushes.state()
        const kept = endpoint === '' ? null : await subscription(key)
        mode.value = kept?.endpoint === endpoint && endpoint !== '' ? 'on' : 'off'
      } catch (error) {
        if (faultCode(error) !== 'offline') throw error
        mode.value = 'unknown'
      }
    }
  }
  return {
    mode, look,
    turnOn: async (language) => {
      const { key } = await pushes.state()
      const made = await subscribe(key)
      if (made !== null) await pushes.put(made, language)
      await look()
    },
    turnOff: async () => {
      await pushes.drop()
      await unsubscribe()
      await look()
    },
  }
}

/** A browser may have made its subscription anew since: the centre learns so whenever the line is there. */
export async function keepPush(language: 'zh' | 'en'): Promise<void> {
  if (!canPush() || allowed() !== 'granted') return
  const { key, endpoint } = await pushes.state()
  const kept = endpoint === '' ? null : await subscription(key)
  if (kept !== null && kept.endpoint !== endpoint) await pushes.put(kept, language)
}

/** Whoever signs out is told nothing here any more; the centre forgets the browser with the session. */
export async function leavePush(): Promise<void> {
  if (canPush() && allowed() === 'granted') await unsubscribe()
}
