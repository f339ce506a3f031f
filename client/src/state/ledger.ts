// The cases as this phone shows them, in memory: the server's, with what was done here and is not in them yet on top.
// Storage is watched; only what changed is opened.

import { shallowRef, type ShallowRef } from 'vue'
import { predict } from '@shared/apply'
import { parseBody } from '@shared/body'
import { judge } from '@shared/judge'
import { version, type Body, type Case, type Standing } from '@shared/types.gen'
import { builtinWorkflow, moveOf } from '@shared/workflow'
import { openCases } from '../db/cases'
import { openDecision } from '../db/decisions'
import { openOperation } from '../db/operations'
import { photosOf } from '../db/photos'
import type { DecisionRow, OperationRow, PhotoRow } from '../db/rows'
import { watch } from '../db/store'
import { refusedOperations, shownOf } from '../db/summary'
import type { Deed } from '../engine/operation'
import type { Intent, Phone } from '../engine/phone'
import type { CaseView } from './contract'
import { sameView, viewOf } from './view'

/** An operation of this phone with its body. */
export interface Done {
  readonly row: OperationRow
  readonly body: Body
  /** Exact text of the body. */
  readonly text: string
}

/** A decision that may still be taken back, with the body that it will have but for its number. */
export interface Decided {
  readonly row: DecisionRow
  readonly body: Body
}

/** What is laid over the server's case: an operation of this phone, or a decision that will be one. */
interface Laid {
  readonly caseId: string
  readonly replica: string
  readonly counter: number
  readonly at: number
  readonly body: Body
}

export class Ledger {
  readonly views: ShallowRef<readonly CaseView[]> = shallowRef([])
  readonly ready = shallowRef(false)
  readonly failed = shallowRef(false)
  /** Refused operations of the signed-in person that no correction replaced. */
  readonly refused: ShallowRef<readonly Done[]> = shallowRef([])
  /** Decisions that may still be taken back, oldest first. */
  readonly decided: ShallowRef<readonly Decided[]> = shallowRef([])
  private byId = new Map<string, CaseView>()
  private stamps = new Map<string, string>()
  private readonly cases = new Map<string, Case>()
  private texts = new Map<string, string>()
  /** Hashes of photos, previews and voice notes that the server had when it sent a case. */
  private readonly arrived = new Set<string>()
  /** Preview of each photo that has one, by the original's hash. */
  private previews = new Map<string, string>()
  private readonly glanced = new Map<string, string>()
  private ahead: readonly Done[] = []
  private photos: readonly PhotoRow[] = []
  private seen = new Map<string, number>()
  private ends: (() => void)[] = []
  private line: Promise<void> = Promise.resolve()
  private person = ''

  constructor(private readonly phone: Phone) {
    phone.person.watch((person) => this.turnTo(person?.id ?? ''))
    phone.status.watch(() => this.show())
  }

  find(id: string): CaseView | undefined {
    return this.byId.get(id)
  }

  /** Whether the server had these bytes when it last sent a case with them. */
  hasArrived(hash: string): boolean {
    return this.arrived.has(hash)
  }

  /** Hash of the small picture of a photo; undefined where its phone could make none. */
  previewOf(hash: string): string | undefined {
    return this.previews.get(hash) ?? this.glanced.get(hash)
  }

  standing(): Standing {
    const { role, squad, unit } = this.phone.person.value ?? {}
    return { ...(role && { role }), ...(squad && { squad }), ...(unit && { unit }) }
  }

  /**
   * The fault with which an operation would be refused, or a decision come too late, as far as this phone knows; '' where
   * it may be saved. Evidence that comes late is saved (L6).
   */
  forecast(intent: Intent): string {
    const { draft: _, ...rest } = intent
    const person = this.phone.person.value
    const id = '00000000-0000-0000-0000-000000000000'
    const body: Body = {
      v: 1, replica: id, counter: 1, ...rest, author: { kind: 'person', id: person?.id ?? '' }, source: 'collector', time: this.phone.clock.stamp(),
    }
    const standing = this.standing()
    const ctx = { now: this.phone.clock.now(), standingNow: standing, standingThen: standing, categoryKnown: true, intoUnfit: this.isUnfit(intent.payload.into) }
    const { outcome, fault = '' } = judge(this.find(intent.case)?.case, body, ctx)
    const decision = moveOf(builtinWorkflow, intent.action)?.evidence === false
    return outcome === 'refused' || (outcome === 'late' && decision) ? fault : ''
  }

  /** Nothing is merged into a case that is not here or is merged itself. */
  private isUnfit(into: string | undefined): boolean {
    const state = this.find(into ?? '')?.case.state
    return into !== undefined && (state === undefined || state === 'merged')
  }

  /** The person saw the case as it is now. */
  markSeen(seen: ReadonlyMap<string, number>): void {
    this.seen = new Map(seen)
    this.show()
  }

  private turnTo(person: string): void {
    if (person === this.person) return
    this.person = person
    for (const end of this.ends) end()
    this.ends = []
    this.stamps = new Map()
    this.cases.clear()
    this.texts = new Map()
    this.arrived.clear()
    this.glanced.clear()
    this.ahead = []
    this.photos = []
    this.seen = new Map()
    this.refused.value = []
    this.decided.value = []
    this.ready.value = false
    this.failed.value = false
    this.show()
    if (person === '') return
    const { store } = this.phone
    const follow = <T>(ask: () => Promise<T>, take: (found: T) => Promise<void> | void) => {
      this.ends.push(watch(store, ask, (found) => this.inLine(person, () => take(found)), () => this.fail(person)))
    }
    follow(() => shownOf(store, person), async ({ stamps, operations, decisions }) => {
      const [take, ahead, decided] = await Promise.all([this.openChanged(person, stamps), this.open(operations), this.openDecided(decisions)])
      if (this.person !== person) return
      take()
      this.ahead = ahead
      if (decided.length + this.decided.value.length > 0) this.decided.value = decided
    })
    follow(() => refusedOperations(store, person), async (rows) => {
      this.refused.value = await this.open(rows)
    })
    follow(() => photosOf(store, person), (rows) => {
      this.photos = rows
    })
  }

  /** What was asked of storage did not come: the screens say so. */
  private fail(person: string): void {
    if (this.person === person) this.failed.value = true
  }

  /** Takes what storage brought in order, and only while it is still the same person's turn. */
  private inLine(person: string, take: () => Promise<void> | void): void {
    this.line = this.line.then(async () => {
      if (this.person !== person) return
      await take()
      if (this.person === person) this.show()
    }).catch(() => this.fail(person)) // a row that cannot be opened: what is on the screen stays
  }

  /** Opens the cases that changed; they are shown by the function that it gives. */
  private async openChanged(person: string, stamps: Map<string, string>): Promise<() => void> {
    const changed = [...stamps].filter(([id, stamp]) => this.stamps.get(id) !== stamp).map(([id]) => id)
    const opened = await openCases(this.phone.store, person, changed)
    return () => this.takeCases(stamps, opened)
  }

  private takeCases(stamps: Map<string, string>, opened: ReadonlyMap<string, Case>): void {
    for (const id of this.stamps.keys()) if (!stamps.has(id)) this.cases.delete(id)
    for (const [id, c] of opened) {
      this.cases.set(id, c)
      this.noteArrived(c)
    }
    this.stamps = stamps
    this.ready.value = true
  }

  private noteArrived(c: Case): void {
    for (const photo of c.photos ?? []) {
      if (photo.here === 'here') this.arrived.add(photo.hash)
      if (photo.previewHere === 'here' && photo.preview) this.arrived.add(photo.preview.hash)
    }
    for (const voice of c.voices ?? []) if (voice.here === 'here') this.arrived.add(voice.hash)
  }

  /** Pictures of a case that the server showed and the phone does not keep can be asked for until somebody else signs in. */
  glance(c: Case): void {
    this.noteArrived(c)
    for (const { hash, preview } of c.photos ?? []) if (preview) this.glanced.set(hash, preview.hash)
  }

  private async open(rows: readonly OperationRow[]): Promise<Done[]> {
    return Promise.all(
      rows.map(async (row) => {
        const text = this.texts.get(row.hash) ?? (await openOperation(this.phone.store, row))
        this.texts.set(row.hash, text)
        return { row, text, body: parseBody(text) }
      }),
    )
  }

  private openDecided(rows: readonly DecisionRow[]): Promise<Decided[]> {
    return Promise.all(
      rows.map(async (row) => {
        const known = this.decided.value.find((one) => one.row.id === row.id)
        return known ?? { row, body: { v: version, replica: row.id, counter: 1, ...(JSON.parse(await openDecision(this.phone.store, row)) as Deed) } }
      }),
    )
  }

  private show(): void {
    const cases = this.overlaid()
    const context = {
      person: this.person, live: this.phone.status.value.link === 'live',
      ahead: groupBy(this.ahead, (done) => done.row.caseId), refused: groupBy(this.refused.value, (done) => done.row.caseId),
      decided: new Set(this.decided.value.map(({ row }) => row.caseId)), photos: groupBy(this.photos, (photo) => photo.caseId), seen: this.seen,
    }
    const views = [...cases.values()].map((c) => {
      const next = viewOf(c, context)
      const before = this.byId.get(c.id)
      return before !== undefined && sameView(before, next) ? before : next
    })
    const same = views.length === this.views.value.length && views.every((view, i) => view === this.views.value[i])
    if (same) return
    this.byId = new Map(views.map((view) => [view.case.id, view]))
    this.previews = new Map(views.flatMap((view) => (view.case.photos ?? []).flatMap(({ hash, preview }) => (preview ? [[hash, preview.hash] as const] : []))))
    this.views.value = views
  }

  /** The server's cases with what was done here on top, as the shared rules foresee it. */
  private overlaid(): Map<string, Case> {
    const cases = new Map(this.cases)
    const standing = this.standing()
    const lost = this.refused.value.filter(({ row }) => !cases.has(row.caseId))
    const done = [...lost, ...this.ahead].map(({ row, body }): Laid => ({ ...row, at: row.savedAt, body }))
    done.sort((a, b) => a.at - b.at || a.counter - b.counter)
    const decided = this.decided.value.map(({ row, body }): Laid => ({ caseId: row.caseId, replica: row.id, counter: 1, at: row.madeAt, body }))
    for (const { caseId, replica, counter, at, body } of [...done, ...decided]) {
      const c = cases.get(caseId)
      if (c?.timeline.some((entry) => entry.replica === replica && entry.counter === counter)) continue
      const after = predict(c, body, standing, at).case
      if (after !== undefined) cases.set(caseId, after)
    }
    return cases
  }
}

function groupBy<T>(items: readonly T[], key: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>()
  for (const item of items) {
    const group = groups.get(key(item))
    if (group === undefined) groups.set(key(item), [item])
    else group.push(item)
  }
  return groups
}
