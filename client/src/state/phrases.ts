import type { Reference } from '../engine/reference'
import type { PhrasesState } from './contract'
import { useState } from './keys'
import { follow } from './refs'

export function useSquadPhrases(): PhrasesState {
  return useState().phrases
}

export function makePhrases(reference: Reference): PhrasesState {
  const phrases = follow(reference.phrases)
  return {
    kept: (kind) => phrases.value?.kinds[kind] ?? [],
    put: (kind, texts) => reference.putPhrases(kind, texts),
  }
}
