// The end of a revoked phone: what it holds was delivered (R13), so it forgets its person and tells the server (ask 13).

import { wipedText } from '@shared/body'
import { keepMeta, meta } from '../db/documents'
import { findReplica } from '../db/replicas'
import type { Store } from '../db/store'
import { type Owed, wipePerson } from '../db/wipe'
import { sayWiped } from '../net/wiped'
import type { Channel } from './lead'
import { sign } from './signature'

interface Page {
  readonly channel: Pick<Channel, 'post'>
  readonly away: (to: string) => void
}

/**
 * Forgets the people of these replicas as far as nothing of theirs waits any more, and says what is owed of it. Where the
 * person of this page was among them it stops, and goes. Returns the ids of who was forgotten.
 */
export async function leave(store: Store, replicas: Iterable<string>, own: string | undefined, stop: () => void, page: Page, say = sayWiped): Promise<string[]> {
  const gone: string[] = []
  for (const id of replicas) {
    const row = await findReplica(store, id)
    if (row === undefined || !(await wipePerson(store, row.person, { replica: id, proof: await sign(row.keys, wipedText(id)) }))) continue
    if (row.person === own) stop()
    await wipePerson(store, row.person, null) // what the page was still writing
    gone.push(row.person)
  }
  await tellWiped(store, say).catch(() => undefined) // said again at the next start
  if (own !== undefined && gone.includes(own)) {
    page.channel.post({ type: 'session' })
    page.away('/?revoked')
  }
  return gone
}

/** Tells the server of what was forgotten; what it did not hear stays owed. */
export async function tellWiped(store: Store, say: (owed: Owed) => Promise<void>): Promise<void> {
  for (;;) {
    const [first, ...rest] = (await meta<readonly Owed[]>(store, 'owesWiped')) ?? []
    if (first === undefined) return
    await say(first)
    await keepMeta(store, 'owesWiped', rest.length > 0 ? rest : null)
  }
}
