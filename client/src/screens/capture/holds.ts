import type { Draft } from '../../state/contract'

/** Whether a draft holds anything that would be missed. */
export function holdsSomething(draft: Draft): boolean {
  return draft.photos.length + draft.voices.length > 0 || [draft.category, draft.description, draft.address, draft.words].some((text) => text !== '')
}
