// After a fork (R21), which is rare: it is fetched when it happens.

import type { Body } from '@shared/types.gen'
import type { Chain } from '@sync/replica/event'
import { reissue } from '../db/reissue'
import type { Store } from '../db/store'
import { compose } from './operation'
import { newIdentity } from './signature'

/** Makes again, on a new replica, what was not acknowledged; `was` names the first number that a deed had. */
export async function makeAgain(store: Store, replica: string, after: number, now: number): Promise<Chain> {
  return reissue(store, replica, after, await newIdentity(now), now, ({ hash: made }, text, link, keys) => {
    const { v: _v, replica: id, counter, prev: _prev, was, ...deed } = JSON.parse(text) as Body
    return compose(deed, link, keys, was ?? { replica: id, counter, hash: made })
  })
}
