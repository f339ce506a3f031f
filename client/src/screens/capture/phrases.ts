// Words that one tap puts into a field. The one place that knows where they come from.
import { t, type Key } from '../../words/words'

const sights: readonly Key[] = ['phrase.sight1', 'phrase.sight2', 'phrase.sight3', 'phrase.sight4']
const places: readonly Key[] = ['phrase.place1', 'phrase.place2', 'phrase.place3']
/** Stands in a phrase where the cursor goes. */
export const blank = '＿'

export function quickPhrases(kind: 'description' | 'address'): readonly string[] {
  return (kind === 'description' ? sights : places).map((key) => t(key))
}

/**
 * The text with a phrase put in at a place, parted from what stands before it; and where the cursor goes on.
 * @param separator what parts two phrases of a language
 */
export function withPhrase(text: string, at: number, phrase: string, separator: string): { text: string; cursor: number } {
  const before = text.slice(0, at)
  const parted = before === '' || /[\s\p{P}]$/u.test(before) ? before : before + separator
  const hole = phrase.indexOf(blank)
  const words = phrase.replace(blank, '')
  return { text: parted + words + text.slice(at), cursor: parted.length + (hole < 0 ? words.length : hole) }
}
