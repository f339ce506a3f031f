// The one door into the database: whatever a person wrote, photographed or may read is sealed here before it is stored.
// The keys are kept by the browser and cannot be exported. Without a lock on the app whoever can run this page's code on
// the phone can use them: they keep people apart. With one, a person's own key is in memory only after the PIN (db/lock.ts).

import { type Database, read, write } from './database'
import type { KeyRow, Purpose, Sealed } from './rows'

const encoder = new TextEncoder()
const decoder = new TextDecoder()

/** Asks the person for the key that a lock holds. */
export type Unlock = (db: Database, row: KeyRow) => Promise<CryptoKey>

type Keys = Pick<KeyRow, 'older'> & { readonly key: CryptoKey }

export class Seal {
  private readonly keys = new Map<string, Promise<Keys>>()

  constructor(
    private readonly db: Database,
    private readonly unlock: Unlock,
  ) {}

  /** Seals bytes for one place: moved to another row they cannot be opened. */
  async close(person: string, purpose: Purpose, place: string, bytes: BufferSource): Promise<Sealed> {
    const iv = crypto.getRandomValues(new Uint8Array(12))
    const data = await crypto.subtle.encrypt({ name: 'AES-GCM', iv, additionalData: encoder.encode(place) }, (await this.key(person, purpose)).key, bytes)
    return { iv, data }
  }

  /** @throws OperationError where the row is another person's, another place's, or was changed */
  async open(person: string, purpose: Purpose, place: string, sealed: Sealed): Promise<ArrayBuffer> {
    const { iv, data } = sealed
    const { key, older } = await this.key(person, purpose)
    const opened = (by: CryptoKey) => crypto.subtle.decrypt({ name: 'AES-GCM', iv, additionalData: encoder.encode(place) }, by, data)
    return older ? opened(key).catch(() => opened(older)) : opened(key)
  }

  closeText(person: string, purpose: Purpose, place: string, text: string): Promise<Sealed> {
    return this.close(person, purpose, place, encoder.encode(text))
  }

  async openText(person: string, purpose: Purpose, place: string, sealed: Sealed): Promise<string> {
    return decoder.decode(await this.open(person, purpose, place, sealed))
  }

  /** The person's own key is another from now on. */
  change(person: string, keys: Keys): void {
    this.keys.set(`own ${person}`, Promise.resolve(keys))
  }

  private key(person: string, purpose: Purpose): Promise<Keys> {
    const name = `${purpose} ${person}`
    let key = this.keys.get(name)
    if (key === undefined) {
      key = this.find(person, purpose)
      this.keys.set(name, key)
      key.catch(() => this.keys.delete(name))
    }
    return key
  }

  /** The stored key, or a new one; of two pages that make one at once both get the first that was stored. */
  private async find(person: string, purpose: Purpose): Promise<Keys> {
    const stored = await read(this.db, () => this.db.keys.get([person, purpose]))
    if (stored !== undefined) return this.held(stored)
    const key = await crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, false, ['encrypt', 'decrypt'])
    return write(this.db, [this.db.keys], async () => {
      const first = await this.db.keys.get([person, purpose])
      if (first?.key !== undefined) return { key: first.key }
      await this.db.keys.add({ person, purpose, key })
      return { key }
    })
  }

  private async held(row: KeyRow): Promise<Keys> {
    return { key: row.key ?? (await this.unlock(this.db, row)), ...(row.older && { older: row.older }) }
  }
}
