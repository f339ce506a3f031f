import { categoryKey } from './body'
import { Fault } from './fault'
import type { Category, Names, Taxonomy } from './types.gen'

/** A category with what looking it up needs. */
export interface FoundCategory extends Category {
  key: string
}

/** A taxonomy made ready for lookup and search. The client fetches its text: it is data, not part of the program. */
export interface TaxonomyIndex {
  version: string
  /** The usual categories of street collectors, the commonest first. */
  usual: FoundCategory[]
  all: FoundCategory[]
  known(key: string): boolean
  category(key: string): FoundCategory | undefined
  /** Class, then name; empty for an unknown key. */
  path(key: string): Names[]
  /**
   * Finds categories by Chinese characters, by pinyin initials ("bllj"), by pinyin ("baolu", also "baolulj"), or by code of
   * 2026 or 2013 ("06010", "0110", "01-10"), the best first, at most limit of them.
   */
  search(query: string, limit?: number): FoundCategory[]
}

/** Reads a taxonomy's text and checks that it can be used, as ParseTaxonomy in Go does. Throws the fault file.malformed. */
export function parseTaxonomy(text: string): TaxonomyIndex {
  return indexTaxonomy(checked(text))
}

function checked(text: string): Taxonomy {
  let t: Partial<Taxonomy>
  try {
    t = JSON.parse(text) as Partial<Taxonomy>
  } catch (error) {
    throw malformed(String(error))
  }
  if (typeof t !== 'object' || t === null || typeof t.version !== 'string' || t.version === '') throw malformed('no version')
  const { version, standards = [], categories = [], usual = [] } = t
  if (![standards, categories, usual].every(Array.isArray)) throw malformed('standards, categories and usual must be lists')
  const listed = new Set(standards.map((standard) => standard?.key))
  for (const [i, c] of categories.entries()) {
    const named = texts(c?.code, c?.name?.zh, c?.name?.en, c?.class?.zh, c?.pinyin, c?.initials)
    if (!named || !listed.has(c.standard) || (c.kind !== 'component' && c.kind !== 'matter')) throw malformed(`category ${i + 1} cannot be used`)
  }
  return { version, standards, categories, usual }
}

function texts(...values: unknown[]): boolean {
  return values.every((value) => typeof value === 'string' && value !== '')
}

function malformed(detail: string): Fault {
  return new Fault('file.malformed', `taxonomy: ${detail}`)
}

function keyOf(c: Category): string {
  return categoryKey(c.standard, c.kind, c.code)
}

function indexTaxonomy(t: Taxonomy): TaxonomyIndex {
  const all = t.categories.map((c) => ({ ...c, key: keyOf(c) }))
  const byKey = new Map(all.map((c) => [c.key, c]))
  if (byKey.size < all.length) throw malformed('a key stands twice')
  const usual = t.usual.map((key) => {
    const found = byKey.get(key)
    if (!found) throw malformed(`usual names the unknown ${key}`)
    return found
  })
  const common = new Map(t.usual.map((key, place) => [key, place]))
  const rows = all.map((c, place) => rowOf(c, common.get(c.key) ?? t.usual.length + place))
  return {
    version: t.version,
    usual,
    all,
    known: (key) => byKey.has(key),
    category: (key) => byKey.get(key),
    path: (key) => {
      const found = byKey.get(key)
      return found ? [found.class, found.name] : []
    },
    search: (query, limit = 20) => search(rows, query, limit),
  }
}

/** One category as search sees it. */
interface Row {
  category: FoundCategory
  name: string
  name2013: string
  class: string
  syllables: string[]
  joined: string
  /** Place among equals: the usual ones first, then the table's order. */
  place: number
}

function rowOf(category: FoundCategory, place: number): Row {
  const syllables = category.pinyin.split(' ')
  return {
    category,
    name: plain(category.name.zh),
    name2013: plain(category.name2013 ?? ''),
    class: plain(category.class.zh),
    syllables,
    joined: syllables.join(''),
    place,
  }
}

/** Letters, digits and Han only, lower case, half width; ü is typed v. */
function plain(text: string): string {
  return text.normalize('NFKC').toLowerCase().replaceAll('ü', 'v').replace(/[^\p{L}\p{N}]/gu, '')
}

function search(rows: Row[], query: string, limit: number): FoundCategory[] {
  const wanted = plain(query)
  if (wanted === '') return []
  const rank = /^\d+$/.test(wanted) ? byCode : /^[a-z]+$/.test(wanted) ? byPinyin : byName
  const found: { row: Row; rank: number }[] = []
  for (const row of rows) {
    const r = rank(row, wanted)
    if (r !== undefined) found.push({ row, rank: r })
  }
  found.sort((a, b) => a.rank - b.rank || a.row.place - b.row.place)
  return found.slice(0, limit).map((f) => f.row.category)
}

// Each of the following says how well a row fits, 0 best, or undefined where it does not.

function byCode({ category }: Row, digits: string): number | undefined {
  const old = category.code2013 ?? ''
  if (category.code === digits) return 0
  if (old === digits) return 1
  if (category.code.startsWith(digits)) return 2
  return old.startsWith(digits) ? 3 : undefined
}

function byName(row: Row, words: string): number | undefined {
  if (row.name === words) return 0
  if (row.name.startsWith(words)) return 1
  if (row.name.includes(words)) return 2
  if (row.name2013.includes(words)) return 3
  if (row.class.includes(words)) return 4
  return inOrder(row.name, words) ? 5 : undefined
}

function byPinyin(row: Row, letters: string): number | undefined {
  const { initials } = row.category
  if (initials === letters || row.joined === letters) return 0
  if (initials.startsWith(letters)) return 1
  if (row.joined.startsWith(letters)) return 2
  if (walk(row.syllables, 0, letters)) return 3
  if (initials.includes(letters)) return 4
  return row.syllables.some((_, start) => walk(row.syllables, start, letters)) ? 5 : undefined
}

/** Whether the letters are beginnings of the syllables from start on, one after the other: "baolulj", "baollj". */
function walk(syllables: string[], start: number, letters: string): boolean {
  if (letters === '') return true
  const syllable = syllables[start]
  if (syllable === undefined) return false
  for (let taken = Math.min(syllable.length, letters.length); taken > 0; taken--) {
    if (syllable.startsWith(letters.slice(0, taken)) && walk(syllables, start + 1, letters.slice(taken))) return true
  }
  return false
}

/** Whether the characters all stand in the name, in this order, others between them: 垃圾满 in 垃圾站（箱）满溢. */
function inOrder(name: string, characters: string): boolean {
  let from = 0
  for (const character of characters) {
    const at = name.indexOf(character, from)
    if (at < 0) return false
    from = at + character.length
  }
  return true
}
