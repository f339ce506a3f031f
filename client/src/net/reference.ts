// What the phone fetches for reading: categories, names, quick phrases, pictures.

import { Fault } from '@shared/fault'
import type { Pace, PhraseKind, Role } from '@shared/types.gen'
import { ask, askJson } from './request'

/** A piece of ground that a squad answers for; its outline in WGS-84 degrees, longitude first, the last point repeats the first. */
export interface Area {
  readonly code: string
  readonly name: string
  readonly squad: string
  readonly kind: 'community' | 'unitGrid' | 'dutyGrid'
  readonly ring: readonly (readonly [number, number])[]
  /** ids of those who answer for it and can be sent; only for who sends, absent where there are none */
  readonly collectors?: readonly string[]
}

/** A filing condition (立案条件) of a sub-class, on which the limit of handling hangs. */
export interface FilingCondition {
  readonly id: string
  readonly category: string
  readonly words: string
  readonly pace: Pace
  readonly ms: number
}

/** What the centre reckons limits with; the first condition of a sub-class is the usual one. */
export interface Limits {
  readonly version: string
  readonly conditions: readonly FilingCondition[] | null
}

export interface Directory {
  readonly version: string
  /** the version of Limits; only for who files */
  readonly limits?: string
  /** what units answer for; only for who dispatches */
  readonly register?: readonly { readonly unit: string; readonly category: string; readonly area?: string }[]
  readonly squads: readonly { readonly code: string; readonly name: string }[]
  /** absent in what was kept before there were units */
  readonly units?: readonly { readonly code: string; readonly name: string; readonly closed: boolean }[]
  readonly people: readonly { readonly id: string; readonly label: string; readonly role: Role; readonly squad: string; readonly unit?: string }[]
  readonly areas: readonly Area[]
}

/** The quick phrases that a squad keeps; a kind that it keeps none of is absent. */
export interface SquadPhrases {
  readonly version: string
  readonly squad: string
  readonly kinds: Readonly<Partial<Record<PhraseKind, readonly string[]>>>
}

export interface Library {
  taxonomyVersion(): Promise<{ readonly version: string; readonly url: string }>
  /** The exact text of a taxonomy. */
  taxonomy(url: string): Promise<string>
  directory(): Promise<Directory>
  limits(): Promise<Limits>
  phrases(): Promise<SquadPhrases>
  /**
   * Replaces those of one kind; resolves with all as they are then.
   * @param was what the leader saw @throws Fault phrases.changed where there are others by now, phrases.malformed
   */
  putPhrases(kind: PhraseKind, texts: readonly string[], was: readonly string[]): Promise<SquadPhrases>
  /** @throws Fault photo.notHere while it is on its way or not to be seen; photo.damaged, photo.onlyOriginal where it is not shown so */
  photo(hash: string, size: 'preview' | 'screen' | 'original'): Promise<Blob>
  /** @throws Fault photo.notHere while it is on its way or not to be heard; voice.damaged where it is no sound */
  voice(hash: string): Promise<Blob>
}

export const library: Library = {
  taxonomyVersion: () => askJson('/api/taxonomy'),
  taxonomy: (url) => ask(url, {}, (response) => response.text()),
  directory: () => askJson('/api/directory'),
  limits: () => askJson('/api/limits'),
  phrases: () => askJson('/api/phrases'),
  putPhrases: (kind, texts, was) => askJson(`/api/phrases/${kind}`, { method: 'PUT', body: { texts, was } }),
  photo: (hash, size) => ask(`/api/photos/${hash}${size === 'original' ? '' : `?size=${size}`}`, { patienceMs: 60_000 }, (response) => response.blob()),
  voice: async (hash) => {
    const note = await ask(`/api/photos/${hash}`, { patienceMs: 60_000 }, (response) => response.blob())
    if (!note.type.startsWith('audio/')) throw new Fault('voice.damaged', `it is ${note.type}`)
    return note
  },
}
