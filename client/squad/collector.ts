// What a collector does in a shift: finds things, records them, says more of some, and mends what the leader returned.

import type { Case } from '@shared/types.gen'
import type { Find } from './plan'
import type { Member } from './member'

/** How often a collector looks at what came of it, ms of the shift. */
const lookEvery = 5 * 60_000

export class Collector {
  /** The case that each find became. */
  private readonly made = new Map<string, Find>()
  private readonly mended = new Set<string>()

  constructor(private readonly member: Member) {}

  begin(): void {
    const { plan, stage: { shift } } = this.member
    for (const turn of plan.turns) shift.at(turn.at, () => this.member.turn(turn))
    for (const find of plan.finds) shift.at(find.at, () => this.record(find))
    shift.after(lookEvery, () => this.look())
  }

  private async record(find: Find): Promise<void> {
    const { device: { phone }, stage: { shift } } = this.member
    const draft = phone.newId()
    const photos = await this.member.shoot(draft, find, find.pictures, (nth) => (find.action === 'report' ? 'scene' : nth === 0 ? 'before' : 'after'))
    const { action, category, description, address } = find
    await this.member.save(find, { case: draft, action, payload: { category, description, address }, seen: 0, draft, photos })
    this.made.set(draft, find)
    if (find.later !== null) shift.after(find.later.after, () => this.add(draft, find))
  }

  /** Something more, whether the server has heard of the case yet or not. */
  private async add(id: string, find: Find): Promise<void> {
    const { later } = find
    if (later === null) return
    const c = (await this.member.cases([id])).get(id)
    const seen = c?.revision ?? 0
    if (later.action === 'comment') return this.member.save(find, { case: id, action: 'comment', payload: { words: later.words }, seen })
    if (later.action === 'amend') {
      const from = c?.address ?? find.address
      return this.member.save(find, { case: id, action: 'amend', payload: { changes: [{ field: 'address', from, to: `${from}（补充）` }] }, seen })
    }
    const draft = this.member.device.phone.newId()
    const photos = await this.member.shoot(draft, find, find.pictures.slice(0, 1), () => 'scene')
    await this.member.save(find, { case: id, action: 'attach', payload: {}, seen, draft, photos })
  }

  private async look(): Promise<void> {
    const { shift } = this.member.stage
    shift.after(lookEvery, () => this.look())
    for (const c of (await this.member.cases([...this.made.keys()])).values()) {
      const find = this.made.get(c.id)
      if (find === undefined || c.state !== 'returned' || this.mended.has(c.id)) continue
      this.mended.add(c.id)
      shift.after(find.thinking * 4, () => this.mend(c, find))
    }
  }

  private async mend(c: Case, find: Find): Promise<void> {
    const { words, photo } = find.answer
    if (!photo) return this.member.save(find, { case: c.id, action: 'resubmit', payload: { words }, seen: c.revision })
    const draft = this.member.device.phone.newId()
    const photos = await this.member.shoot(draft, find, find.pictures.slice(0, 1), () => 'scene')
    await this.member.save(find, { case: c.id, action: 'resubmit', payload: { words }, seen: c.revision, draft, photos })
  }
}
