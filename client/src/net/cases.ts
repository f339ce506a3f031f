// Cases that the phone does not keep any more, asked of the centre: those that ended long ago.

import type { Case } from '@shared/types.gen'
import { askJson } from './request'

export interface Found {
  /** Those that changed last come first. */
  readonly cases: readonly Case[]
  /** What the following answer begins before; absent where there is none. */
  readonly next?: number
}

const patienceMs = 10_000

/** @param before 0 for the first answer, then `next` of the one before @throws Fault */
export function searchCases(query: string, before: number): Promise<Found> {
  const asked = new URLSearchParams({ q: query, ...(before > 0 && { before: String(before) }) })
  return askJson(`/api/cases?${asked.toString()}`, { patienceMs })
}

/** @throws Fault; `request.notFound` for a case of another scope too */
export function fetchCase(id: string): Promise<Case> {
  return askJson(`/api/cases/${encodeURIComponent(id)}`, { patienceMs })
}
