import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { fill } from './words'

const src = new URL('..', import.meta.url).pathname
const parts = ['first', 'field', 'lead', 'office'] as const
const tableOf = (language: string, part: string) => JSON.parse(readFileSync(join(src, 'words', language, `${part}.json`), 'utf8')) as Record<string, string>
const zh = Object.assign({}, ...parts.map((part) => tableOf('zh-CN', part))) as Record<string, string>
const en = Object.assign({}, ...parts.map((part) => tableOf('en', part))) as Record<string, string>
const keys = Object.keys(zh)
/** The words of a key in one of the languages. */
const said = (table: Record<string, string>, key: string) => table[key] ?? ''

/** Every source that may speak, as one text. */
const spoken = readdirSync(src, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && /\.(vue|ts)$/.test(entry.name) && !entry.name.endsWith('.test.ts'))
  .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8'))
  .join('\n')

/** The keys that a text speaks: written out, or made from a name as in t(`state.${state}`). */
function keysIn(text: string): string[] {
  const made = [...text.matchAll(/t\(`([^`]*\$\{[^`]*)`/g)].map(
    ([, key = '']) => new RegExp(`^${key.replace(/\$\{[^}]*\}/g, '*').replace(/[.]/g, '\\.').replace(/\*/g, '\\w+')}$`),
  )
  return keys.filter((key) => text.includes(`'${key}'`) || made.some((pattern) => pattern.test(key)))
}

const imported = /(?:^|\n)\s*(?:(?:import|export)\s(?!type\b)[\w\s{},*$]*?\bfrom\s*|import\s*)['"](\.[^'"]+)['"]/g

/** The sources that the first download holds: main.ts and all that it imports, step by step. */
function firstDownload(): string {
  const waiting = [join(src, 'main.ts')]
  const texts = new Map<string, string>()
  for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
    if (texts.has(file)) continue
    const text = readFileSync(file, 'utf8')
    texts.set(file, text)
    for (const [, name = ''] of text.matchAll(imported)) {
      const found = ['', '.ts', '.vue'].map((ending) => resolve(file, '..', name) + ending).find((one) => /\.(ts|vue)$/.test(one) && existsSync(one))
      if (found !== undefined) waiting.push(found)
    }
  }
  return [...texts.values()].join('\n')
}

describe('the words of both languages', () => {
  it('have the same keys in the same order', () => {
    for (const part of parts) expect(Object.keys(tableOf('en', part)), part).toEqual(Object.keys(tableOf('zh-CN', part)))
    expect(new Set(parts.flatMap((part) => Object.keys(tableOf('zh-CN', part)))).size).toBe(parts.flatMap((part) => Object.keys(tableOf('zh-CN', part))).length)
  })

  it('of the first page are in the first download, and no others', () => {
    expect(Object.keys(tableOf('zh-CN', 'first'))).toEqual(keysIn(firstDownload()))
  })

  it('have the same blanks to fill in', () => {
    const blanks = (text: string) => [...new Set([...text.matchAll(/\{(\w+)/g)].map(([, name]) => name))].sort()
    const differing = keys.filter((key) => String(blanks(said(zh, key))) !== String(blanks(said(en, key))))
    // Chinese counts without a plural; English dates do not name their parts otherwise.
    expect(differing).toEqual([])
  })

  it('stand once each: the second of a name would silently take the place of the first', () => {
    for (const [language, part] of ['zh-CN', 'en'].flatMap((one) => parts.map((part) => [one, part] as const))) {
      const names = [...readFileSync(join(src, 'words', language, `${part}.json`), 'utf8').matchAll(/^\s*"([^"]+)":/gm)].map(([, name]) => name)
      expect(names.length, `${language} ${part}`).toBe(new Set(names).size)
    }
  })

  it('are never spoken with a blank that nothing fills', () => {
    const bare = new Set([...spoken.matchAll(/\bt\('([\w.]+)'\)/g)].map(([, key = '']) => key))
    expect([...bare].filter((key) => said(zh, key).includes('{'))).toEqual([])
  })

  it('are all in use', () => {
    const used = new Set(keysIn(spoken))
    expect(keys.filter((key) => !used.has(key))).toEqual([])
  })

  it('do not mix full-width and half-width punctuation', () => {
    const hanThenHalf = /[\u4e00-\u9fff}][,;:!()]|[,;:!?()][\u4e00-\u9fff]|\.\.\./
    expect(keys.filter((key) => hanThenHalf.test(said(zh, key).replace(/\{\w+\}/g, '甲')))).toEqual([])
    const full = /[，。；：！？（）、]/
    expect(keys.filter((key) => full.test(said(en, key)))).toEqual([])
  })

  it('put a space between Chinese and figures, and never raise the voice', () => {
    const tight = /[\u4e00-\u9fff][0-9]|[0-9][\u4e00-\u9fff]|[\u4e00-\u9fff]\{(n|records|photos|metres|here|all)\}|\{(n|records|photos|metres)\}[\u4e00-\u9fff]/
    expect(keys.filter((key) => tight.test(said(zh, key)))).toEqual([])
    expect(keys.filter((key) => /[!！]/.test(said(zh, key) + said(en, key)))).toEqual([])
  })
})

describe('filling in', () => {
  it('puts names and counts in their places', () => {
    expect(fill('{n} of {all}', { n: 2, all: 3 })).toBe('2 of 3')
  })

  it('chooses between one and many', () => {
    expect(fill('{n} {n|photo|photos}', { n: 1 })).toBe('1 photo')
    expect(fill('{n} {n|photo|photos}', { n: 0 })).toBe('0 photos')
  })

  it('leaves a blank that nobody filled as it is, so that it is noticed', () => {
    expect(fill('{who} said', {})).toBe('{who} said')
  })
})
