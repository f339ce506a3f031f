// Makes operations: the exact text, its hash, its signature.

import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex } from '@noble/hashes/utils.js'
import { parseBody, signedText, toWellFormed } from '@shared/body'
import { version } from '@shared/types.gen'
import type { Body, Reference } from '@shared/types.gen'
import type { Composed, Link } from '../db/operations'
import { sign } from './signature'

const encoder = new TextEncoder()

/** What somebody did, without its place in the chain. */
export type Deed = Omit<Body, 'v' | 'replica' | 'counter' | 'prev' | 'was'>

/** The exact text of a body. What was typed is made well-formed first, so that it has one UTF-8 form and one hash. */
function textOf(body: Body): string {
  return JSON.stringify(body, (_, value: unknown) => (typeof value === 'string' ? toWellFormed(value) : value))
}

/** SHA-256 of the text's UTF-8 bytes, lower-case hex; synchronous, so that nothing can come in between. */
export function hashOf(text: string): string {
  return bytesToHex(sha256(encoder.encode(text)))
}

/** @throws Fault operation.malformed where the body breaks the format (too long, too many) */
export async function compose(deed: Deed, { replica, counter, prev }: Link, keys: CryptoKeyPair, was?: Reference): Promise<Composed> {
  const text = textOf({ v: version, replica, counter, ...(prev !== '' && { prev }), ...deed, ...(was && { was }) })
  parseBody(text)
  const hash = hashOf(text)
  return { text, hash, signature: await signatureOf(keys, hash) }
}

/** '' where it cannot be made now: it is made at the next start, and the operation waits for it (R40). */
async function signatureOf(keys: CryptoKeyPair, hash: string): Promise<string> {
  try {
    return await signOperation(keys, hash)
  } catch {
    return ''
  }
}

export function signOperation(keys: CryptoKeyPair, hash: string): Promise<string> {
  return sign(keys, signedText(hash))
}
