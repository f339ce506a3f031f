// What the phone fetches for reading: categories, names, pictures.

import type { Role } from '@shared/types.gen'
import { ask, askJson } from './request'

export interface Directory {
  readonly version: string
  readonly squads: readonly { readonly code: string; readonly name: string }[]
  readonly people: readonly { readonly id: string; readonly label: string; readonly role: Role; readonly squad: string }[]
}

export interface Library {
  taxonomyVersion(): Promise<{ readonly version: string; readonly url: string }>
  /** The exact text of a taxonomy. */
  taxonomy(url: string): Promise<string>
  directory(): Promise<Directory>
  /** @throws Fault photo.notHere while it is on its way or not to be seen */
  photo(hash: string, size: 'screen' | 'original'): Promise<Blob>
}

export const library: Library = {
  taxonomyVersion: () => askJson('/api/taxonomy'),
  taxonomy: (url) => ask(url, {}, (response) => response.text()),
  directory: () => askJson('/api/directory'),
  photo: (hash, size) => ask(`/api/photos/${hash}${size === 'screen' ? '?size=screen' : ''}`, { patienceMs: 60_000 }, (response) => response.blob()),
}
