import { loadPart } from '../words/words'

/** Loads the screens of the field and their words; home asks for them before they are needed. */
export const loadField = async () => (await Promise.all([import('./field'), loadPart('field')]))[0]

/** Loads what only who decides needs, with its words. */
export const loadLead = async () => (await Promise.all([import('./lead'), loadPart('lead'), loadPart('field')]))[0]
