// What the centre signs, and the comparison of what both ends hold (R50, R51).

import type { Receipted, SignedReceipt } from '@shared/types.gen'
import type { Answer } from '@sync/wire/types.gen'
import { askJson } from './request'

interface ByKey {
  /** The server's public key, base64url of SPKI DER. */
  readonly key: string
  /** ms since 1970 UTC */
  readonly serverTime: number
}

export interface ReceiptsAnswer extends ByKey {
  readonly receipts: readonly SignedReceipt[]
}

/** One operation that this phone holds as acknowledged. */
export interface Claim extends Receipted {
  readonly case: string
  /** Its text is no longer here. */
  readonly gone?: boolean
  /** Those of its photos whose bytes are no longer here. */
  readonly gonePhotos?: readonly string[]
  readonly answer?: Answer
}

export interface Stretch {
  readonly from: number
  readonly to: number
}

export interface ReckonRequest {
  readonly replica: string
  readonly records?: number
  readonly photos?: number
  readonly runs: readonly (Stretch & { readonly hash?: string; readonly claims?: readonly Claim[] })[]
}

export interface ReckonAnswer extends ByKey {
  readonly unequal: readonly Stretch[]
  readonly different: readonly { readonly counter: number; readonly case: string; readonly photo?: string }[]
}

export interface Accountant {
  receipts(cases: readonly string[]): Promise<ReceiptsAnswer>
  reckon(request: ReckonRequest): Promise<ReckonAnswer>
}

/** @throws Fault of the server, or `offline` */
export const accountant: Accountant = {
  receipts: (cases) => askJson('/api/receipts', { method: 'POST', body: { cases } }),
  reckon: (request) => askJson('/api/reckon', { method: 'POST', body: request }),
}
