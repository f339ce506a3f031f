import { loadPart } from '../../words/words'

/** Loads the capture screen and its words; home asks for them before they are needed. */
export const loadCapture = async () => (await Promise.all([import('./Capture.vue'), loadPart('field')]))[0]
