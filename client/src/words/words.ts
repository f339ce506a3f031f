// Every word that people read comes through t. The first page's Chinese is in the first download; what later screens say comes
// with them, and English is fetched when it is chosen.
import type FieldTable from './zh-CN/field.json'
import first from './zh-CN/first.json'
import type LeadTable from './zh-CN/lead.json'
import type OfficeTable from './zh-CN/office.json'

/** `first` is what the first page may say, `field` what is said on a patrol, `lead` what who decides reads besides, `office` what administrators read. */
export type Part = 'first' | 'field' | 'lead' | 'office'
export type Key = keyof typeof first | keyof typeof FieldTable | keyof typeof LeadTable | keyof typeof OfficeTable
export type Language = 'zh-CN' | 'en'
export type Params = Readonly<Record<string, string | number>>
type Table = Readonly<Record<string, string>>

const stored = 'buxun.language'
const tables = import.meta.glob<Table>(['./zh-CN/field.json', './zh-CN/lead.json', './zh-CN/office.json', './en/*.json'], { import: 'default' })
const table: Record<string, string> = { ...first }
let current: Language = 'zh-CN'

/** The language on screen; it changes only with a new page. */
export function language(): Language {
  return current
}

/** Reads the first words of the chosen language; without one, Chinese where the browser speaks any, else English. */
export async function loadWords(): Promise<void> {
  current = chosen()
  document.documentElement.lang = current
  if (current !== 'zh-CN') await loadPart('first')
}

/** Reads the words of later screens. Twice is once. */
export async function loadPart(part: Part): Promise<void> {
  const load = tables[`./${current}/${part}.json`]
  if (load) Object.assign(table, await load())
}

/** Keeps the choice. The caller loads the page anew. */
export function chooseLanguage(next: Language): void {
  localStorage.setItem(stored, next)
}

function chosen(): Language {
  const kept = localStorage.getItem(stored)
  if (kept === 'zh-CN' || kept === 'en') return kept
  return navigator.languages.some((tag) => tag.startsWith('zh')) || navigator.languages.length === 0 ? 'zh-CN' : 'en'
}

/** The words of a key, {name} filled in, {n|record|records} by whether n is one. A key whose part was not read stands for itself. */
export function t(key: Key, params: Params = {}): string {
  return fill(table[key] ?? key, params)
}

export function fill(text: string, params: Params): string {
  return text.replace(/\{(\w+)(?:\|([^|}]*)\|([^|}]*))?\}/g, (whole, name: string, one?: string, many?: string) => {
    const value = params[name]
    if (value === undefined) return whole
    if (one === undefined) return String(value)
    return (value === 1 ? one : many) ?? ''
  })
}
