// Seals a hand-over file for the centre, a chunk at a time, so that an old phone never holds more of it than a photograph
// (PROTOCOL.md, Hand-over). Go's half is server/handover/open.go.

import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex } from '@noble/hashes/utils.js'
import { handoverChunkBytes, handoverInfo, handoverKeyBytes, handoverMagic, handoverTagBytes } from '@sync/wire/types.gen'

const encoder = new TextEncoder()
/** Sealed chunks are handed to the browser, which may put them on disk, in pieces of about so many bytes. */
const pieceBytes = 4 << 20

export type Bytes = Uint8Array<ArrayBuffer>

export const hex = (bytes: Bytes): string => bytesToHex(sha256(bytes))

const curve = { name: 'ECDH', namedCurve: 'P-256' }

/** A file's own key pair: nobody needs it again. */
const newPair = () => crypto.subtle.generateKey(curve, false, ['deriveBits'])

/** The head of a file for a centre's public key, and the key that seals what follows. */
export async function headFor(centre: Bytes, pair: Promise<CryptoKeyPair> = newPair()): Promise<{ readonly head: Bytes; readonly key: CryptoKey }> {
  const theirs = await crypto.subtle.importKey('raw', centre, curve, false, [])
  const own = await pair
  const point = new Uint8Array(await crypto.subtle.exportKey('raw', own.publicKey))
  const head = join([encoder.encode(handoverMagic), sha256(centre).slice(0, handoverKeyBytes), point])
  const secret = await crypto.subtle.importKey('raw', await crypto.subtle.deriveBits({ name: 'ECDH', public: theirs }, own.privateKey, 256), 'HKDF', false, ['deriveKey'])
  const info = join([encoder.encode(handoverInfo), centre])
  const key = await crypto.subtle.deriveKey({ name: 'HKDF', hash: 'SHA-256', salt: head, info }, secret, { name: 'AES-GCM', length: 256 }, false, ['encrypt'])
  return { head, key }
}

export class Sealing {
  private readonly pieces: Blob[] = []
  private sealed: ArrayBuffer[] = []
  private sealedBytes = 0
  private readonly chunk = new Uint8Array(handoverChunkBytes)
  private filled = 0
  private number = 0

  constructor(
    head: Bytes,
    private readonly key: CryptoKey,
  ) {
    this.pieces.push(new Blob([head]))
  }

  /** A full chunk waits until it is known whether it is the last. */
  async add(bytes: Bytes): Promise<void> {
    for (let at = 0; at < bytes.length; ) {
      if (this.filled === this.chunk.length) await this.seal(false)
      const part = bytes.subarray(at, at + this.chunk.length - this.filled)
      this.chunk.set(part, this.filled)
      this.filled += part.length
      at += part.length
    }
  }

  async end(): Promise<Blob> {
    await this.seal(true)
    this.put()
    return new Blob(this.pieces, { type: 'application/octet-stream' })
  }

  private async seal(last: boolean): Promise<void> {
    const iv = new Uint8Array(12)
    new DataView(iv.buffer).setUint32(7, this.number)
    iv[11] = last ? 1 : 0
    this.sealed.push(await crypto.subtle.encrypt({ name: 'AES-GCM', iv }, this.key, this.chunk.subarray(0, this.filled)))
    this.sealedBytes += this.filled + handoverTagBytes
    this.filled = 0
    this.number += 1
    if (this.sealedBytes >= pieceBytes) this.put()
  }

  private put(): void {
    this.pieces.push(new Blob(this.sealed))
    this.sealed = []
    this.sealedBytes = 0
  }
}

export function join(parts: readonly Bytes[]): Bytes {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    all.set(part, at)
    at += part.length
  }
  return all
}
