import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import en from './en.json'
import { fill } from './words'
import zh from './zh-CN.json'

const src = new URL('..', import.meta.url).pathname
const keys = Object.keys(zh)

/** Every source that may speak, as one text. */
const spoken = readdirSync(src, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && /\.(vue|ts)$/.test(entry.name) && !entry.name.endsWith('.test.ts'))
  .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8'))
  .join('\n')

/** Patterns of keys made from a name, as in t(`state.${state}`). */
const made = [...spoken.matchAll(/t\(`([^`]*\$\{[^`]*)`/g)].map(
  ([, text = '']) => new RegExp(`^${text.replace(/\$\{[^}]*\}/g, '*').replace(/[.]/g, '\\.').replace(/\*/g, '\\w+')}$`),
)

describe('the words of both languages', () => {
  it('have the same keys in the same order', () => {
    expect(Object.keys(en)).toEqual(keys)
  })

  it('have the same blanks to fill in', () => {
    const blanks = (text: string) => [...new Set([...text.matchAll(/\{(\w+)/g)].map(([, name]) => name))].sort()
    const differing = keys.filter((key) => String(blanks(zh[key as keyof typeof zh])) !== String(blanks(en[key as keyof typeof en])))
    // Chinese counts without a plural; English dates do not name their parts otherwise.
    expect(differing).toEqual([])
  })

  it('are all in use', () => {
    const unused = keys.filter((key) => !spoken.includes(`'${key}'`) && !made.some((pattern) => pattern.test(key)))
    expect(unused).toEqual([])
  })

  it('do not mix full-width and half-width punctuation', () => {
    const hanThenHalf = /[\u4e00-\u9fff}][,;:!()]|[,;:!?()][\u4e00-\u9fff]|\.\.\./
    expect(keys.filter((key) => hanThenHalf.test(zh[key as keyof typeof zh].replace(/\{\w+\}/g, '甲')))).toEqual([])
    const full = /[，。；：！？（）、]/
    expect(keys.filter((key) => full.test(en[key as keyof typeof en]))).toEqual([])
  })

  it('put a space between Chinese and figures, and never raise the voice', () => {
    const tight = /[\u4e00-\u9fff][0-9]|[0-9][\u4e00-\u9fff]|[\u4e00-\u9fff]\{(n|records|photos|metres|here|all)\}|\{(n|records|photos|metres)\}[\u4e00-\u9fff]/
    expect(keys.filter((key) => tight.test(zh[key as keyof typeof zh]))).toEqual([])
    expect(keys.filter((key) => /[!！]/.test(zh[key as keyof typeof zh] + en[key as keyof typeof en]))).toEqual([])
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
