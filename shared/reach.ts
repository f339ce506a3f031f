import type { Case, Entry } from './types.gen'

/** The return that a case waits after; undefined where it does not. */
export function returned(c: Case): Entry | undefined {
  if (c.state !== 'returned') return undefined
  return [...c.timeline].reverse().find((entry) => entry.action === 'return' && entry.late === undefined)
}

/** The entry by which a case waits for one person, a return or a task; undefined where it does not wait for that person. */
export function awaited(c: Case, person: string): Entry | undefined {
  const entry = returned(c)
  if (entry !== undefined) return c.reporter.id === person ? entry : undefined
  if (c.task?.assignee !== person || c.state === 'merged') return undefined
  return c.timeline.find(({ revision }) => revision === c.task?.revision)
}
