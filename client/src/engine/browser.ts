// The engine with everything that a real browser gives it.

import type { Unlock } from '../db/seal'
import { openStore } from '../db/store'
import { account } from '../net/account'
import { library } from '../net/reference'
import { openSocket } from '../net/socket'
import type { Send } from '../net/upload'
import type { Channel, Locks, Word } from './lead'
import { Phone } from './phone'
import { Pictures } from './pictures'
import { Reference } from './reference'
import { browser } from './world'

export interface Engine {
  readonly phone: Phone
  readonly reference: Reference
  readonly pictures: Pictures
}

/** Photos follow records, and their code follows the first paint. */
const send: Send = async (...parcel) => {
  const { sender } = await import('../net/upload')
  return sender(browser.after)(...parcel)
}

const refreshMs = 10 * 60_000

/** Opens the phone's storage and starts its engine. */
export async function openPhone(app: string, unlock: Unlock): Promise<Engine> {
  const store = await openStore('buxun', unlock)
  const phone = new Phone({ store, world: browser, account, openSocket, send, locks: locks(), channel: channel(), app, away: (to) => location.replace(to) })
  const reference = new Reference(store, library)
  const pictures = new Pictures(store, library, phone.clock)
  await phone.start()
  await keepReference(phone, reference)
  return { phone, reference, pictures }
}

/** Reads categories and names at once, and asks for newer ones whenever there is a line, not too often. */
async function keepReference(phone: Phone, reference: Reference): Promise<void> {
  let person = ''
  let asked = -Infinity
  const refresh = () => {
    if (person === '' || browser.steady() - asked < refreshMs) return
    asked = browser.steady()
    void reference.refresh(person)
  }
  const load = async (id: string) => {
    person = id
    asked = -Infinity
    if (id === '') return
    await reference.load(id)
    if (phone.status.value.link === 'live') refresh()
  }
  if (phone.person.value !== null) await load(phone.person.value.id)
  phone.person.watch((next) => {
    if ((next?.id ?? '') !== person) void load(next?.id ?? '').then(refresh)
  })
  phone.status.watch(({ link }) => {
    if (link === 'live') refresh()
  })
}

function locks(): Locks {
  return { request: (name, options, held) => navigator.locks.request(name, options, held) }
}

function channel(): Channel {
  const pages = new BroadcastChannel('buxun')
  return {
    post: (word) => pages.postMessage(word),
    listen: (heard) => pages.addEventListener('message', ({ data }: MessageEvent<Word>) => heard(data)),
  }
}
