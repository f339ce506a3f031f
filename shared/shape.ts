import { Fault } from './fault'

/** When a field that holds its type's zero value ('', 0, false, []) is kept; the twin of Go's json tags. */
type Keep = 'always' | 'notZero' | 'present'

/** How one field of a JSON object is read. */
export interface FieldRule {
  read: (value: unknown, at: string) => unknown
  keep: Keep
  /** what an absent field stands for */
  zero: () => unknown
  /** the names that stand inside it */
  names: readonly string[]
}

/** How a JSON object is read: every field of the type, no more. The compiler sees to it that none is forgotten. */
export interface Shape<T> {
  read: (value: unknown, at: string) => T
  names: readonly string[]
}

/** A shape from its fields. Unknown fields are dropped, as Go does: a newer app may say more than this one reads. */
export function shape<T extends object>(fields: { [K in keyof Required<T>]: FieldRule }): Shape<T> {
  const rules = Object.entries<FieldRule>(fields)
  const read = (value: unknown, at: string): T => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) throw wrongType(at, 'an object')
    const given = value as Record<string, unknown>
    const made: Record<string, unknown> = {}
    for (const [name, rule] of rules) {
      if (!Object.hasOwn(given, name)) {
        if (rule.keep === 'always') made[name] = rule.zero()
        continue
      }
      const field = rule.read(given[name], at === '' ? name : `${at}.${name}`)
      if (rule.keep !== 'notZero' || !isZero(field)) made[name] = field
    }
    return made as T
  }
  return { read, names: rules.flatMap(([name, rule]) => [name, ...rule.names]) }
}

export function text(keep: Keep = 'always'): FieldRule {
  return { read: (value, at) => ofType(value, 'string', at), keep, zero: () => '', names: [] }
}

/** A whole number within ±(2^53-1). */
export function whole(keep: Keep = 'always'): FieldRule {
  const read = (value: unknown, at: string) => {
    if (!Number.isSafeInteger(value)) throw wrongType(at, 'a whole number')
    return value
  }
  return { read, keep, zero: () => 0, names: [] }
}

export function decimal(keep: Keep = 'always'): FieldRule {
  return { read: (value, at) => ofType(value, 'number', at), keep, zero: () => 0, names: [] }
}

export function flag(): FieldRule {
  return { read: (value, at) => ofType(value, 'boolean', at), keep: 'notZero', zero: () => false, names: [] }
}

export function object<T>(of: Shape<T>, keep: Keep = 'present'): FieldRule {
  return { read: of.read, keep, zero: () => of.read({}, ''), names: of.names }
}

export function list<T>(of: Shape<T>): FieldRule {
  const read = (value: unknown, at: string) => {
    if (!Array.isArray(value)) throw wrongType(at, 'a list')
    return value.map((item, i) => of.read(item, `${at}[${i}]`))
  }
  return { read, keep: 'notZero', zero: () => [], names: of.names }
}

function isZero(value: unknown): boolean {
  return value === '' || value === 0 || value === false || (Array.isArray(value) && value.length === 0)
}

function ofType(value: unknown, type: 'string' | 'number' | 'boolean', at: string): unknown {
  if (typeof value !== type) throw wrongType(at, `a ${type}`)
  return value
}

function wrongType(at: string, wanted: string): Fault {
  return new Fault('operation.malformed', `${at === '' ? 'the body' : at} is not ${wanted}`)
}
