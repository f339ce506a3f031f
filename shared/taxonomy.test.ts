import { readFileSync } from 'node:fs'
import vectors from './vectors/taxonomy.json'
import { faultCode } from './fault'
import { parseTaxonomy } from './taxonomy'

const text = readFileSync(new URL('./taxonomy.json', import.meta.url), 'utf8')
const taxonomy = parseTaxonomy(text)

interface Lookup {
  key: string
  path?: string[]
  code2013?: string
  initials?: string
  confirmed?: boolean
}

describe('taxonomy lookup', () => {
  test.each(vectors.lookup as Lookup[])('$key', (row) => {
    const found = taxonomy.category(row.key)
    expect(taxonomy.known(row.key)).toBe(row.path !== undefined)
    expect(taxonomy.path(row.key).map((step) => step.zh)).toEqual(row.path ?? [])
    expect(found?.key).toBe(row.path && row.key)
    expect(found?.code2013).toBe(row.code2013)
    expect(found?.initials).toBe(row.initials)
    expect(found?.confirmed).toBe(row.confirmed)
  })
})

describe('a malformed taxonomy is refused', () => {
  test.each(vectors.malformed)('$name', (row) => {
    let thrown: unknown
    try {
      parseTaxonomy(row.text)
    } catch (error) {
      thrown = error
    }
    expect(faultCode(thrown)).toBe('file.malformed')
  })
})

interface Search {
  query: string
  first: string[]
  of: number
  anyOrder?: boolean
}

describe('taxonomy search', () => {
  test.each(vectors.search as Search[])('"$query"', (row) => {
    const names = taxonomy.search(row.query).map((c) => c.name.zh)
    const first = names.slice(0, row.first.length)
    expect(row.anyOrder ? [...first].sort() : first).toEqual(row.anyOrder ? [...row.first].sort() : row.first)
    expect(names.length).toBeGreaterThanOrEqual(row.of)
    if (row.of === 0) expect(names).toEqual([])
  })

  test('gives at most as many as asked', () => {
    expect(taxonomy.search('井盖', 7)).toHaveLength(7)
    expect(taxonomy.search('井盖').length).toBe(20)
  })

  test('finds every category by its name, its initials, its pinyin and its code', () => {
    for (const c of taxonomy.all) {
      for (const query of [c.name.zh, c.initials, c.pinyin, c.code]) {
        expect(taxonomy.search(query, 500).map((found) => found.key), `${c.name.zh} by ${query}`).toContain(c.key)
      }
      const best = taxonomy.search(c.name.zh, 3).map((found) => found.name.zh)
      expect(best[0], `${c.name.zh} first`).toBe(c.name.zh)
    }
  })

  test('answers a keystroke well within a frame', () => {
    const queries = ['井', '垃圾', 'b', 'bl', 'bllj', 'aaaaaaaaaaaaaaaaaaaa', '0', '0110', 'jinjingjianjing', '施工工地']
    for (const query of queries) taxonomy.search(query)
    const began = performance.now()
    for (let round = 0; round < 20; round++) for (const query of queries) taxonomy.search(query)
    // 5 ms a search is the promise; the mean is a tenth of that here.
    expect((performance.now() - began) / (20 * queries.length)).toBeLessThan(5)
  })
})

test('the usual categories lead, the commonest first', () => {
  expect(taxonomy.usual.slice(0, 3).map((c) => c.name.zh)).toEqual(['非法小广告', '暴露垃圾', '乱堆杂物'])
  expect(taxonomy.version).toMatch(/^\d{4}-\d\d-\d\d\.\d+$/)
})
