import { webcrypto } from 'node:crypto'
import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js'
import { parseReceipt, reckonText, signedReceiptText } from './receipt'
import type { Receipted } from './types.gen'
import file from './vectors/receipt.json'

const hashOf = (text: string) => bytesToHex(sha256(utf8ToBytes(text)))
const ecdsa = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }

async function holds(key: string, text: string, signature: string): Promise<boolean> {
  const imported = await webcrypto.subtle.importKey('spki', Buffer.from(key, 'base64url'), ecdsa, false, ['verify'])
  return webcrypto.subtle.verify(ecdsa, imported, Buffer.from(signature, 'base64url'), utf8ToBytes(signedReceiptText(hashOf(text))))
}

test.each(file.receipts)('receipt: $name', async ({ text, signature, reads, holds: want }) => {
  if (reads) expect(parseReceipt(text).key).toBe(file.keyId)
  else expect(() => parseReceipt(text)).toThrow()
  expect(await holds(file.key, text, signature)).toBe(want)
  if (want) expect(await holds(file.otherKey, text, signature)).toBe(false)
})

test.each(file.reckon)('what is compared: $name', ({ operations, text, hash }) => {
  expect(reckonText(operations as Receipted[])).toBe(text)
  expect(hashOf(text)).toBe(hash)
})
