import { categoryKey, handoverText, parseBody, signedText, succeedText, toWellFormed, uploadText, wellFormed, wipedText } from './body'
import { Fault } from './fault'
import file from './vectors/body.json'
import { differences } from './vectors/match'

interface BodyVector {
  name: string
  text?: string
  swap?: [string, string, number?][]
  expected: { fault?: string; body?: unknown }
}

function textOf({ name, text, swap = [] }: BodyVector): string {
  let made = text ?? file.base
  for (const [old, unit, times = 1] of swap) {
    const parts = made.split(old)
    if (parts.length !== 2) throw new Error(`${name}: ${old} does not stand just once`)
    made = parts.join(unit.repeat(times))
  }
  return made
}

describe('bodies', () => {
  test.each(file.vectors as BodyVector[])('$name', (v) => {
    const text = textOf(v)
    if (v.expected.fault !== undefined) {
      expect(() => parseBody(text)).toThrow(expect.objectContaining({ code: v.expected.fault }))
      return
    }
    const body = parseBody(text)
    expect(differences(v.expected.body, body)).toEqual([])
    expect(parseBody(JSON.stringify(body))).toStrictEqual(body)
  })
})

test('a body with a lone surrogate is malformed', () => {
  expect(() => parseBody(file.base.replace('井', '\ud83d'))).toThrow(Fault)
})

test.each(file.wellFormed)('well-formed JSON: $name', ({ text, expected }) => {
  expect(wellFormed(text)).toBe(expected)
})

test.each(file.toWellFormed)('made well-formed: $name', ({ units, expected }) => {
  expect(toWellFormed(String.fromCharCode(...units))).toBe(expected)
})

test.each(file.texts)('$name', ({ name, of, expected }) => {
  const made: Record<string, (...of: string[]) => string> = {
    signedText: (hash = '') => signedText(hash),
    uploadText: (hash = '') => uploadText(hash),
    handoverText: (head = '', contents = '') => handoverText(head, contents),
    succeedText: (replica = '', key = '') => succeedText(replica, key),
    wipedText: (replica = '') => wipedText(replica),
    categoryKey: (standard = '', kind = '', code = '') => categoryKey(standard, kind, code),
  }
  expect(made[name]?.(...of)).toBe(expected)
})
