import { createApp } from 'vue'
import { lockedBy } from '../../state/lock'
import { loadPart } from '../../words/words'
import { lockWhenIdle } from './idle'
import Unlock from './Unlock.vue'

/** Shows the lock above everything until the PIN is right, and locks again when nobody touches the app. */
export async function ask(...row: Parameters<typeof lockedBy>): Promise<CryptoKey> {
  const phone = lockedBy(...row)
  if (!(await phone.mine())) throw new Error('behind the lock of somebody who is not signed in')
  await loadPart('field')
  const page = document.getElementById('app')
  const host = document.body.appendChild(document.createElement('div'))
  if (page !== null) page.inert = true
  const key = await new Promise<CryptoKey>((resolve) => {
    const lock = createApp(Unlock, {
      phone,
      opened: (found: CryptoKey) => {
        lock.unmount()
        resolve(found)
      },
    })
    lock.mount(host)
  })
  host.remove()
  if (page !== null) page.inert = false
  void phone.settle(key).catch(() => undefined) // tried again at the next time
  lockWhenIdle(phone.minutes, phone.busy)
  return key
}
