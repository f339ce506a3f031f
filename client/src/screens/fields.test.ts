// What is typed must not lie about outside the sealed database (L10, ask 13).
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const src = new URL('..', import.meta.url).pathname

test('ask 13: no field lets the browser keep what was typed: browsers write it, in the open, to the file that brings pages back', () => {
  const files = readdirSync(src, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile() && entry.name.endsWith('.vue'))
  const tags = files.flatMap((file) =>
    [...readFileSync(join(file.parentPath, file.name), 'utf8').matchAll(/<(?:textarea|input)\b(?:"[^"]*"|[^">])*>/g)].map(([tag]) => `${file.name}: ${tag}`))
  expect(tags.length).toBeGreaterThan(20)
  expect(tags.filter((tag) => !/type="(file|range|radio|checkbox)"/.test(tag) && !tag.includes('autocomplete="'))).toEqual([])
})
