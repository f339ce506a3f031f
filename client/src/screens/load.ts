import { loadPart } from '../words/words'

/** Loads the screens of the field and their words; home asks for them before they are needed. */
export const loadField = async () => (await Promise.all([import('./field'), loadPart('field')]))[0]
