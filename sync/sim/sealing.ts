// Hashes and signatures of the simulator: the hash is the real one, the signature one that follows from key and text alone.

import { createHash, createHmac } from 'node:crypto'
import { signedText } from '@shared/body'

export function hashText(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

export function sign(key: string, hash: string): string {
  return mac(key, signedText(hash))
}

export function mac(key: string, text: string): string {
  return createHmac('sha256', key).update(text).digest('base64url')
}

/** The key of the server's receipts, as steps/memory.go has it. */
export const receiptKey = 'receipts of the simulator'
