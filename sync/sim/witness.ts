// Watches every frame of a run: scope, receipts, and how much is said in a round that should be quiet.

import type { Case } from '@shared/types.gen'
import { decode, receiptText, rows } from '../wire/wire'
import type { Watcher } from './network'
import type { Phone } from './phone'
import { mac, receiptKey } from './sealing'
import type { Reply } from './steps'
import type { Person, World } from './world'

export class Witness implements Watcher {
  /** What phones and server said since it was last cleared, by type; pages that brought something count as "news". */
  readonly counted = new Map<string, number>()
  /** Photos that arrived, and who sent them. */
  readonly photos = new Map<string, Set<string>>()
  private readonly squads = new Map<string, Set<string>>()
  private readonly units = new Map<string, Set<string>>()
  private readonly reporters = new Map<string, string>()

  constructor(private readonly world: World) {}

  told(person: string, text: string): void {
    const frame = decode(text)
    if (frame === null) return this.world.violated(`R4: the server sent a frame of an unknown type: ${text.slice(0, 80)}`)
    this.count(frame.t)
    switch (frame.t) {
      case 'cases': {
        const cases = rows(frame.columns)
        for (const c of cases) this.inScope(person, c)
        for (const id of frame.leaves ?? []) this.mayLeave(person, id)
        if (cases.length > 0 || (frame.leaves ?? []).length > 0) this.count('news')
        break
      }
      case 'change':
        this.inScope(person, frame.case)
        break
      case 'leave':
        this.mayLeave(person, frame.case)
        break
      case 'ack':
        for (const answer of frame.answers) {
          if (answer.mac !== mac(receiptKey, receiptText(frame.replica, answer))) this.world.violated(`R17: a receipt of ${frame.replica}/${answer.counter} is not the server's`)
        }
        break
    }
  }

  said(_phone: Phone, text: string): void {
    this.count((JSON.parse(text) as { t: string }).t)
  }

  changed(changed: NonNullable<Reply['changed']>): void {
    for (const { case: id, squad, unit, reporter } of changed) {
      if (unit) this.units.set(id, (this.units.get(id) ?? new Set()).add(unit))
      this.squads.set(id, (this.squads.get(id) ?? new Set()).add(squad))
      this.reporters.set(id, reporter)
    }
  }

  arrived(hash: string, by: string): void {
    this.photos.set(hash, (this.photos.get(hash) ?? new Set()).add(by))
  }

  clear(): void {
    this.counted.clear()
  }

  private count(what: string): void {
    this.counted.set(what, (this.counted.get(what) ?? 0) + 1)
  }

  /** L10, from the case's own words and not from the code that chose it. */
  private inScope(id: string, c: Case): void {
    const person = this.world.personOf(id)
    if (person?.role === 'admin') return
    if (person?.role === 'unit') return this.forUnit(person, c)
    const squad = person?.squad
    if (c.squad !== squad && c.reporter.id !== id) this.world.violated(`L10: ${id} of squad ${squad} was sent case ${c.id} of squad ${c.squad}`)
  }

  /** A unit sees what it has, and the name of nobody who walks the street. */
  private forUnit({ id, unit }: Person, c: Case): void {
    if (c.unit !== unit) this.world.violated(`L10: ${id} of unit ${unit} was sent case ${c.id} of unit ${c.unit ?? 'none'}`)
    const text = JSON.stringify(c)
    const named = this.world.people.find((p) => p.role === 'collector' && !this.world.led.has(p.id) && text.includes(`"${p.id}"`))
    if (named !== undefined) this.world.violated(`L10: ${id} of unit ${unit} was told the name of ${named.id} with case ${c.id}`)
  }

  private mayLeave(id: string, left: string): void {
    const { squad, unit = '' } = this.world.personOf(id) ?? { squad: '' }
    if (this.units.get(left)?.has(unit)) return
    if (!(this.squads.get(left)?.has(squad) ?? false) && this.reporters.get(left) !== id) this.world.violated(`L10: ${id} heard of case ${left}, which was never theirs`)
  }
}
