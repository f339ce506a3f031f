import { fields } from './types.gen'
import type { Author, Case, Change, Field } from './types.gen'

/** An empty field is an absent one. */
export function put(next: Case, field: Field | 'number', value: string | undefined): void {
  if (value === undefined || value === '') Reflect.deleteProperty(next, field)
  else next[field] = value
}

/** Takes the later of two values in the log and keeps the other one as a conflict if its author had not seen it (L5). */
export function setField(next: Case, ch: Change, by: Author): void {
  if (!fields.includes(ch.field)) return
  const value = next[ch.field] ?? ''
  if (value === ch.to) return
  if (value !== ch.from) {
    const conflict = { field: ch.field, kept: ch.to, keptBy: by, lost: value, lostBy: setter(next, ch.field), revision: next.revision }
    next.conflicts = [...(next.conflicts ?? []), conflict]
  }
  put(next, ch.field, ch.to)
}

/** Who set the field last. */
function setter(c: Case, field: Field): Author {
  for (let i = c.timeline.length - 1; i >= 0; i--) {
    const entry = c.timeline[i]
    if (entry && !entry.late && (entry.payload.changes ?? []).some((ch) => ch.field === field)) return entry.by
  }
  return c.reporter
}
