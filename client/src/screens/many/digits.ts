// What a key means on a list of choices: the row that it leads to, the row that it chooses.

export interface Meant {
  readonly focus?: number
  readonly choose?: number
}

/**
 * `at`: the row that has the keys, -1 where none has. `stays`: a choice only chooses, so the keys are where the choice is: whoever
 * walks chooses, and Enter afterwards does what stands there. Where a choice acts at once, walking only leads there. Null: somebody else's key.
 */
export function meantBy(key: string, rows: number, at: number, stays: boolean): Meant | null {
  if (/^[1-9]$/.test(key) && Number(key) <= rows) return { choose: Number(key) - 1, ...(stays && { focus: Number(key) - 1 }) }
  if (rows === 0 || (key !== 'ArrowDown' && key !== 'ArrowUp')) return null
  const to = Math.max(0, Math.min(rows - 1, at + (key === 'ArrowDown' ? 1 : -1)))
  return { focus: to, ...(stays && { choose: to }) }
}

/** Whether Enter is the element's own: on a choice that is not chosen it chooses it. */
export function choosesByItself(target: Pick<Element, 'getAttribute'> | null): boolean {
  return target?.getAttribute('aria-pressed') === 'false'
}
