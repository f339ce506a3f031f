// Key pairs of replicas, and what they sign (ES256). The private key cannot leave the browser.

import type { Identity } from '../db/replicas'

const algorithm = { name: 'ECDSA', namedCurve: 'P-256' }

/** base64url of the ES256 signature r‖s over the text. */
export async function sign(keys: CryptoKeyPair, text: string): Promise<string> {
  return base64url(await crypto.subtle.sign({ name: 'ECDSA', hash: 'SHA-256' }, keys.privateKey, new TextEncoder().encode(text)))
}

export async function newIdentity(now: number): Promise<Identity> {
  const keys = await crypto.subtle.generateKey(algorithm, false, ['sign', 'verify'])
  return { id: uuid(now), keys, key: base64url(await crypto.subtle.exportKey('spki', keys.publicKey)) }
}

/** A UUIDv7: its first 48 bits are the time, the rest is chance. */
export function uuid(now: number): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  const view = new DataView(bytes.buffer)
  view.setUint32(0, Math.floor(now / 0x10000))
  view.setUint16(4, now % 0x10000)
  view.setUint8(6, 0x70 | (view.getUint8(6) & 0x0f))
  view.setUint8(8, 0x80 | (view.getUint8(8) & 0x3f))
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-')
}

function base64url(bytes: ArrayBuffer): string {
  return btoa(String.fromCharCode(...new Uint8Array(bytes))).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
}
