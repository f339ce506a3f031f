// What a squad leader does in a shift: looks at what arrives, in the order in which it shows on the phone, and decides it.

import type { Case } from '@shared/types.gen'
import { caseStamps } from '../src/db/cases'
import { watch } from '../src/db/store'
import type { Intent } from '../src/engine/phone'
import type { Find } from './plan'
import type { Member } from './member'
import { keyOf } from './told'

export class Leader {
  private stamps = new Map<string, string>()
  /** Cases by the revision that was decided on, or is being thought of. */
  private readonly taken = new Map<string, number>()
  private line: Promise<void> = Promise.resolve()
  private stop: () => void = () => undefined

  /** @param finds all that collectors will find, by serial: what becomes of each was settled before */
  constructor(
    private readonly member: Member,
    private readonly finds: ReadonlyMap<string, Find>,
    private readonly failed: (error: unknown) => void,
  ) {}

  begin(): void {
    const { plan, stage: { shift }, device: { store }, person } = this.member
    for (const turn of plan.turns) shift.at(turn.at, () => this.member.turn(turn))
    // As the app's own screens do: told by the database, reads what changed.
    this.stop = watch(store, () => caseStamps(store, person), (stamps) => this.changed(stamps), this.failed)
  }

  /** Resolves when nothing is being looked at any more. */
  async end(): Promise<void> {
    this.stop()
    await this.line
  }

  private changed(stamps: Map<string, string>): void {
    const ids = [...stamps].filter(([id, stamp]) => this.stamps.get(id) !== stamp).map(([id]) => id)
    this.stamps = stamps
    if (ids.length > 0) this.line = this.line.then(() => this.look(ids)).catch(this.failed)
  }

  private async look(ids: readonly string[]): Promise<void> {
    const { device: { phone }, plan, stage: { told, truth } } = this.member
    const cases = [...(await this.member.cases(ids)).values()]
    const now = truth()
    for (const c of cases) for (const entry of c.timeline) told.see(keyOf(entry), plan.name, now)
    phone.seen(cases.map((c) => ({ case: c.id, revision: c.revision })))
    for (const c of cases) this.consider(c)
  }

  private consider(c: Case): void {
    const find = this.finds.get(serialOf(c))
    const waits = c.state === 'reported' || c.state === 'selfHandled'
    if (find === undefined || !waits || (this.taken.get(c.id) ?? 0) >= decisionsOf(c) + 1) return
    this.taken.set(c.id, decisionsOf(c) + 1)
    this.member.stage.shift.after(find.thinking, () => this.decide(c.id, find))
  }

  private async decide(id: string, find: Find): Promise<void> {
    const c = (await this.member.cases([id])).get(id)
    if (c === undefined || (c.state !== 'reported' && c.state !== 'selfHandled')) return
    await this.member.save(find, { case: id, ...decisionOf(c, find), seen: c.revision })
  }
}

/** What was returned once is filed when it comes back. */
function decisionOf(c: Case, { fate, reason }: Find): Pick<Intent, 'action' | 'payload'> {
  if (c.state === 'selfHandled') return fate === 'fail' ? { action: 'auditFail', payload: { reason } } : { action: 'auditPass', payload: {} }
  if (fate === 'reject') return { action: 'reject', payload: { reason } }
  if (fate === 'return' && decisionsOf(c) === 0) return { action: 'return', payload: { reason } }
  return { action: 'file', payload: {} }
}

function decisionsOf(c: Case): number {
  return c.timeline.filter(({ action }) => action === 'return').length
}

/** The find that a case's words name. */
export function serialOf(c: Case): string {
  return /〔([^〕]+)〕/.exec(c.description ?? '')?.[1] ?? ''
}
