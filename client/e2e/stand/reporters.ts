import { fileURLToPath } from 'node:url'
import type { Fix } from '@shared/types.gen'
import { openCases } from '../../src/db/cases'
import { summarize } from '../../src/db/summary'
import { browser } from '../../src/engine/world'
import { openAlbum } from '../../squad/album'
import { photograph } from '../../squad/capture'
import { closeDevice, type Device, openDevice } from '../../squad/device'
import { until } from './program'

const password = 'buxun-demo-2026'
const album = openAlbum(fileURLToPath(new URL('../../../', import.meta.url)))
const categories = ['06010', '06012', '07001', '09009'].map((code) => `GB/T 47678.5-2026|matter|${code}`)
let count = 0

/** What does not get through although the line is there. */
export class Halt {
  pushes = false
  uploads = false
}

/** A collector's phone without a screen: the shipped engine in Node, on a line of its own. */
export async function collector(origin: string, login: string, halt = new Halt()): Promise<Device> {
  const device = await openDevice({
    name: `${login} ${count++} ${Math.random()}`, origin: new URL(origin), world: browser,
    wrapSocket: (open) => (listener) => {
      const socket = open(listener)
      return { send: (text) => (halt.pushes && text.includes('"t":"push"') ? undefined : socket.send(text)), close: () => socket.close() }
    },
    wrapSend: (send) => (...parcel) => (halt.uploads ? Promise.reject(new Error('no photo gets through')) : send(...parcel)),
  })
  await device.phone.signIn(login, password)
  await until(`${login} to be live`, async () => device.phone.status.value.link === 'live')
  return device
}

export interface Reported {
  readonly caseId: string
  readonly description: string
}

/** Reports cases with one photo each, a step apart along the road from a place. Resolves when all of it is at the centre. */
export async function report(device: Device, cases: number, words: string, from = { longitude: 113.0835, latitude: 27.8712 }, category?: string): Promise<Reported[]> {
  const made: Reported[] = []
  for (let i = 0; i < cases; i++) made.push(await save(device, `${words} ${i + 1}`, i, from, category))
  await allSent(device)
  return made
}

/** Saves one report on the phone, whether there is a line or not. */
export async function save(device: Device, description: string, nth: number, from = { longitude: 113.0835, latitude: 27.8712 }, category = categories[nth % categories.length] ?? ''): Promise<Reported> {
  const draft = device.phone.newId()
  const now = device.phone.clock.now()
  const fix: Fix = { longitude: from.longitude + nth * 0.0004, latitude: from.latitude, accuracy: 12, at: now, source: 'device' }
  const name = album.names[nth % album.names.length] ?? ''
  const photos = await photograph(device, draft, [{ developed: await album.take(name, `${description} ${draft}`), part: 'scene', origin: 'camera', takenAt: now, fix }])
  const payload = { category, description, address: `建设路 ${nth + 1} 号灯杆旁` }
  const { caseId } = await device.phone.save({ case: draft, action: 'report', payload, seen: 0, taxonomy: 'e2e', place: fix, draft, photos })
  return { caseId, description }
}

/** A case that somebody reported, and squad 6's leader filed and dispatched to the unit of u1; gives its id. */
export async function dispatched(origin: string, words: string): Promise<string> {
  const [reporter, leader] = [await collector(origin, 'c602'), await collector(origin, 'l6')]
  try {
    const [made] = await report(reporter, 1, words)
    const id = made?.caseId ?? ''
    const person = leader.phone.person.value?.id ?? ''
    for (const [state, action, payload] of [['reported', 'file', {}], ['filed', 'dispatch', { unit: 'demo-env' }]] as const) {
      const c = await until(`the case to be ${state} at the leader`, async () => {
        const found = (await openCases(leader.store, person, [id])).get(id)
        return found?.state === state && found
      })
      await leader.phone.save({ case: id, action, payload, seen: c.revision, taxonomy: 'e2e' })
    }
    await allSent(leader)
    return id
  } finally {
    await closeDevice(reporter)
    await closeDevice(leader)
  }
}

async function allSent({ phone, store }: Device): Promise<void> {
  const person = phone.person.value?.id ?? ''
  await until('all to be sent', async () => (await summarize(store, person)).allSent, 120_000)
}

export { closeDevice, type Device }
