// Every word that people read comes through t. Chinese is in the first download; English is fetched when it is chosen.
import zh from './zh-CN.json'

export type Key = keyof typeof zh
export type Language = 'zh-CN' | 'en'
export type Params = Readonly<Record<string, string | number>>
type Table = Readonly<Record<Key, string>>

const stored = 'buxun.language'
let table: Table = zh
let current: Language = 'zh-CN'

/** The language on screen; it changes only with a new page. */
export function language(): Language {
  return current
}

/** Reads the words of the chosen language; without one, Chinese where the browser speaks any, else English. */
export async function loadWords(): Promise<void> {
  current = chosen()
  table = current === 'en' ? (await import('./en.json')).default : zh
  document.documentElement.lang = current
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

/** The words of a key, {name} filled in, {n|record|records} by whether n is one. */
export function t(key: Key, params: Params = {}): string {
  return fill(table[key], params)
}

export function fill(text: string, params: Params): string {
  return text.replace(/\{(\w+)(?:\|([^|}]*)\|([^|}]*))?\}/g, (whole, name: string, one?: string, many?: string) => {
    const value = params[name]
    if (value === undefined) return whole
    if (one === undefined) return String(value)
    return (value === 1 ? one : many) ?? ''
  })
}
