// A quick phrase put into a text.
import { hole } from '../phrases/phrases'

/**
 * The text with a phrase put in at a place, parted from what stands before it; and where the cursor goes on.
 * @param separator what parts two phrases of a language
 */
export function withPhrase(text: string, at: number, phrase: string, separator: string): { text: string; cursor: number } {
  const before = text.slice(0, at)
  const parted = before === '' || /[\s\p{P}]$/u.test(before) ? before : before + separator
  const gap = phrase.indexOf(hole)
  const words = phrase.replace(hole, '')
  return { text: parted + words + text.slice(at), cursor: parted.length + (gap < 0 ? words.length : gap) }
}
