// A phone that is locked: what can be done before the PIN is right. Nothing here needs the network but the ways around the PIN.

import { Fault } from '@shared/fault'
import type { Database } from '../db/database'
import { dropLocked, settleLock, tryPin } from '../db/lock'
import type { KeyRow } from '../db/rows'
import { Seal } from '../db/seal'
import { account } from '../net/account'

export interface Locked {
  readonly minutes: number
  /** Whether it is of who is signed in: nobody else is asked for a PIN. */
  mine(): Promise<boolean>
  /** Whether something waits to be sent and may be going. */
  busy(): Promise<boolean>
  /** The key, or the time (ms) before which no other PIN is tried. */
  open(pin: string): Promise<CryptoKey | number>
  /** Seals anew what was written while the lock was put on. */
  settle(key: CryptoKey): Promise<void>
  /** Nobody is signed in afterwards. @throws Fault offline: out of reach nobody could sign in, the owner neither */
  leave(): Promise<void>
  /** Takes the lock off by the account's password; what only the PIN could open is gone. @throws Fault session.wrongPassword, offline */
  reset(login: string, password: string): Promise<void>
}

export function locked(db: Database, row: KeyRow): Locked {
  const { person } = row
  return {
    minutes: row.lock?.minutes ?? 5,
    mine: async () => (await db.meta.get('person'))?.value === person,
    busy: async () => navigator.onLine && (await db.operations.where({ state: 'waiting' }).count()) + (await db.photos.where({ stage: 'named' }).count()) > 0,
    open: (pin) => tryPin(db, row, pin, Date.now()),
    settle: (key) => settleLock({ db, seal: new Seal(db, () => Promise.resolve(key)) }, person),
    leave: async () => {
      await account.signOut()
      await db.meta.put({ name: 'person', value: null })
    },
    reset: async (login, password) => {
      const answer = await account.signIn(login, password)
      if (answer.person.id !== person) {
        await account.signOut().catch(() => undefined)
        throw new Fault('session.wrongPassword', 'the lock is somebody else\'s')
      }
      await dropLocked({ db }, person)
      await db.meta.put({ name: 'person', value: null }) // signing in brings the profile
    },
  }
}
