// What happened to cases since the page was opened that its person wants to be told. Pure but for what it remembers.

import { heldUntil, soonOf, toldOf, wants, type Told } from '@shared/telling'
import type { Telling, TellingRow } from '@shared/types.gen'
import type { CaseView } from './contract'

export interface News {
  readonly key: string
  readonly row: TellingRow
  readonly caseId: string
  /** as people know it */
  readonly short: string
}

/** What is older when it arrives was no news any more: a phone that comes back has its lists for that. */
const freshMs = 10 * 60_000

export class Newsreader {
  private readonly revisions = new Map<string, number>()
  private readonly said = new Set<string>()
  private begun = false

  /**
   * What is new in these cases since the last time; the first time everything is known.
   * @param now and `since`, when the page was opened, by the server's clock: what it received before is in the page's lists
   */
  read(views: readonly CaseView[], who: Told, telling: Telling, now: number, since = 0): News[] {
    const news: News[] = []
    const tell = (view: CaseView, row: TellingRow, what: string) => {
      const key = `${view.case.id} ${row.kind} ${what}`
      if (this.said.has(key)) return
      this.said.add(key)
      if (this.begun && wants(telling, row, 'app') && heldUntil(telling, row, now) === 0) news.push({ key, row, caseId: view.case.id, short: view.case.number ?? view.case.short })
    }
    for (const view of views) {
      const c = view.case
      const known = this.revisions.get(c.id) ?? 0
      this.revisions.set(c.id, Math.max(known, c.revision))
      for (const entry of c.revision > known ? c.timeline : []) {
        if (entry.revision <= known || entry.received < since || now - entry.received > freshMs) continue
        const row = toldOf(c, entry, who)
        if (row) tell(view, row, String(entry.revision))
      }
      const soon = soonOf(c, now, who)
      if (soon) tell(view, soon.row, String(soon.clock.due))
    }
    this.begun = true
    return news
  }
}
