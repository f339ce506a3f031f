// The roads that the person wrote lately: the next case is mostly on the same one.
import type { CaseView } from '../../state/contract'
import { parse, type Grammar } from './whereabouts'

const most = 3
const lookMs = 7 * 24 * 3_600_000

/** Each once, the newest first. */
export function recentRoads(views: readonly CaseView[], areas: readonly string[], grammar: Grammar, now: number): string[] {
  const lately = views.filter(({ mine, case: c }) => mine && c.address !== undefined && now - c.reportedAt < lookMs)
  lately.sort((a, b) => b.case.reportedAt - a.case.reportedAt)
  const roads = lately.slice(0, 60).map(({ case: c }) => parse(c.address ?? '', areas, grammar).road)
  return [...new Set(roads.filter((road) => road !== ''))].slice(0, most)
}
