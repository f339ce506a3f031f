import { webcrypto } from 'node:crypto'
import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js'
import { isHash, isUuid, shortId } from './id'
import file from './vectors/id.json'

test.each(file.shortIds)('short id of "$replica", $counter', ({ replica, counter, expected }) => {
  expect(shortId(replica, counter)).toBe(expected)
})

test.each(file.uuids)('UUID: "$text"', ({ text, expected }) => {
  expect(isUuid(text)).toBe(expected)
})

test.each(file.hashes)('hash: "$text"', ({ text, expected }) => {
  expect(isHash(text)).toBe(expected)
})

// The hash that the phone is given (noble) is the one that the server makes.
test.each(file.hashTexts)('hash of the text "$text"', ({ text, expected }) => {
  expect(bytesToHex(sha256(utf8ToBytes(text)))).toBe(expected)
})

interface SignatureVector {
  name: string
  text: string
  key?: string
  signature: string
  expected: boolean
}

test.each(file.signatures as SignatureVector[])('signature: $name', async ({ text, key = file.key, signature, expected }) => {
  const ecdsa = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }
  const imported = await webcrypto.subtle.importKey('spki', Buffer.from(key, 'base64url'), ecdsa, false, ['verify'])
  const verified = await webcrypto.subtle.verify(ecdsa, imported, Buffer.from(signature, 'base64url'), utf8ToBytes(text))
  expect(verified).toBe(expected)
})
