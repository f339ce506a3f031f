/**
 * Compares field by field: null means absent, a list has just that many, what is not named may be anything. Gives what
 * differs, so that a test can expect nothing.
 */
export function differences(want: unknown, got: unknown, path = ''): string[] {
  if (Array.isArray(want)) {
    if (!Array.isArray(got) || got.length !== want.length) return [`${path}: got ${show(got)}, want ${want.length} of them: ${show(want)}`]
    return want.flatMap((item, i) => differences(item, got[i], `${path}[${i}]`))
  }
  if (!isObject(want)) return want === got ? [] : [`${path}: got ${show(got)}, want ${show(want)}`]
  if (!isObject(got)) return [`${path}: got ${show(got)}, want an object`]
  return Object.entries(want).flatMap(([name, inner]) => {
    const here = Object.hasOwn(got, name)
    if (inner === null) return here ? [`${path}.${name}: got ${show(got[name])}, want it absent`] : []
    return differences(inner, here ? got[name] : undefined, `${path}.${name}`)
  })
}

/** The base after a merge patch (RFC 7386): objects are joined, null takes away, all else replaces. */
export function merged(base: unknown, patch: unknown): unknown {
  if (!isObject(patch)) return patch
  const whole: Record<string, unknown> = isObject(base) ? { ...base } : {}
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) Reflect.deleteProperty(whole, name)
    else whole[name] = merged(whole[name], value)
  }
  return whole
}

/** Freezes a value through and through: whoever writes to it throws. */
export function frozen<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value)
    Object.values(value).forEach(frozen)
  }
  return value
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function show(value: unknown): string {
  return JSON.stringify(value)
}
