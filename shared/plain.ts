/** Objects and lists may stand this deep in each other. */
const maxDepth = 32

/**
 * What could make two readers of one JSON text see different things, or ''. Go folds the case of names, takes null for
 * absent and joins objects that stand under one name twice; JavaScript rounds whole numbers above 2^53 and takes 1.0 for 1.
 * The text must be valid JSON already. Known are the names that the format knows.
 */
export function ambiguity(text: string, known: ReadonlySet<string>): string {
  const folded = new Map([...known].map((name) => [name.toLowerCase(), name]))
  const open: Set<string>[] = []
  // In valid JSON a string that a colon follows is a name, and whatever starts like a number is one.
  for (const [token, literal, colon] of text.matchAll(/("(?:[^"\\]|\\.)*")\s*(:?)|[{}[\]]|null|-?[0-9][-+.0-9eE]*/g)) {
    if (token === '{' || token === '[') {
      if (open.push(new Set()) > maxDepth) return 'objects stand too deep in each other'
    } else if (token === '}' || token === ']') open.pop()
    else if (token === 'null') return 'null stands where absent is meant'
    else if (literal === undefined) {
      if (!plainNumber(token)) return `the number ${token} is out of range or not written plainly`
    } else if (colon === ':') {
      const wrong = wrongName(JSON.parse(literal) as string, open.at(-1) ?? new Set(), folded)
      if (wrong !== '') return wrong
    }
  }
  return ''
}

function wrongName(name: string, taken: Set<string>, folded: ReadonlyMap<string, string>): string {
  if (!/^[a-z][a-zA-Z0-9]*$/.test(name)) return `the name ${JSON.stringify(name)} is not written plainly`
  if ((folded.get(name.toLowerCase()) ?? name) !== name) return `the name ${name} differs from a known one in case`
  if (taken.has(name)) return `the name ${name} stands twice`
  taken.add(name)
  return ''
}

/** Whole numbers are written in digits only and lie within ±(2^53-1). */
function plainNumber(literal: string): boolean {
  const value = Number(literal)
  if (!Number.isFinite(value)) return false
  return !Number.isInteger(value) || (Number.isSafeInteger(value) && String(value) === literal)
}
