import type { Case, Entry } from './types.gen'

/** The return that a case waits after; undefined where it does not. */
export function returned(c: Case): Entry | undefined {
  if (c.state !== 'returned') return undefined
  return [...c.timeline].reverse().find((entry) => entry.action === 'return' && entry.late === undefined)
}

/** The entry by which a case waits for one person, a return or a task, and that person's id; undefined where it waits for nobody. */
export function awaited(c: Case): { readonly entry: Entry; readonly person: string } | undefined {
  const back = returned(c)
  if (back !== undefined) return { entry: back, person: c.reporter.id }
  const { assignee = '', revision } = c.task ?? {}
  if (assignee === '' || c.state === 'merged') return undefined
  const sent = c.timeline.find((entry) => entry.revision === revision)
  return sent && { entry: sent, person: assignee }
}
