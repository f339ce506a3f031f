import { shallowRef } from 'vue'
import { holdings, letGo } from '../db/holdings'
import type { StorageState } from './contract'
import { useState } from './keys'

/** What takes room on this phone. It comes with the page that shows it, and is read while that is there. */
export function useStorage(): StorageState {
  const { inside } = useState()
  const held = shallowRef<StorageState['held']['value']>(null)
  const look = async () => {
    held.value = await inside(holdings)
  }
  return {
    held,
    look: () => void look().catch(() => undefined), // what was read before stays
    letGo: async () => {
      const freed = await inside(letGo, 'frees')
      await look()
      return freed
    },
  }
}
