// A phone in Node: the shipped engine and storage of client/src over fake-indexeddb, with a line, a clock and chance of its
// own. Nothing of the engine is replaced but what the browser gives it.

import Dexie from 'dexie'
import { IDBKeyRange, indexedDB } from 'fake-indexeddb'
import type { Channel, Locks } from '../src/engine/lead'
import { Phone } from '../src/engine/phone'
import type { World } from '../src/engine/world'
import { openStore, type Store } from '../src/db/store'
import type { OpenSocket } from '../src/net/socket'
import { sender, type Send } from '../src/net/upload'
import { Line } from './line'
import { Site } from './site'

// Whoever loaded Dexie first: it looks for the browser's database once.
Object.assign(Dexie.dependencies, { indexedDB, IDBKeyRange })

export interface Device {
  readonly name: string
  readonly phone: Phone
  readonly store: Store
  readonly line: Line
  readonly site: Site
}

export interface DeviceOptions {
  /** Names the storage: two devices of one name share it. */
  readonly name: string
  readonly origin: URL
  readonly world: World
  /** Stands between the engine and its socket or its uploads, to listen or to disturb. */
  readonly wrapSocket?: (open: OpenSocket, line: Line) => OpenSocket
  readonly wrapSend?: (send: Send) => Send
}

/** A device has one page: the lock is free, and there is nobody to talk to. */
const alone: { readonly locks: Locks; readonly channel: Channel } = {
  locks: { request: (_name, _options, held) => held() },
  channel: { post: () => undefined, listen: () => undefined },
}

export async function openDevice({ name, origin, world, wrapSocket, wrapSend }: DeviceOptions): Promise<Device> {
  const line = new Line(origin)
  const site = new Site(origin, line)
  const store = await openStore(name)
  const openSocket = wrapSocket?.(site.openSocket, line) ?? site.openSocket
  const plain = sender(world.after, site.uploads)
  const phone = new Phone({ store, world, account: site.account, openSocket, send: wrapSend?.(plain) ?? plain, ...alone, app: 'simulated squad', away: () => undefined })
  await phone.start()
  return { name, phone, store, line, site }
}

/** The phone is put away: what it stored stays until its database is deleted. */
export async function closeDevice({ phone, store, site }: Device): Promise<void> {
  await phone.signOut()
  site.close()
  store.db.close()
}
