import { ref } from 'vue'
import { keepPersistent } from '../device/storage'
import type { Phone } from '../engine/phone'
import type { SessionState } from './contract'
import type { Duty } from './duty'
import { useState } from './keys'
import { follow, shown } from './refs'

export function useSession(): SessionState {
  return useState().session
}

export function makeSession(phone: Phone, { since }: Pick<Duty, 'since'>): SessionState {
  const persistent = ref<boolean | null>(null)
  const ask = async () => {
    persistent.value = await keepPersistent()
    return persistent.value === true
  }
  if (phone.person.value !== null) void ask()
  return {
    person: follow(phone.person),
    expired: follow(phone.expired),
    demo: follow(phone.demo),
    persistent: shown(persistent),
    askPersistent: ask,
    since,
    signIn: async (login, password) => {
      await phone.signIn(login, password)
      void ask()
    },
    signOut: () => phone.signOut(),
  }
}
