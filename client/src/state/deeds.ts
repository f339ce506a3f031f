import { computed, watch } from 'vue'
import { Fault, faultCode } from '@shared/fault'
import { inScope } from '@shared/judge'
import { awaited } from '@shared/reach'
import { version, type Action, type Body, type Case, type Change, type Condition, type Fix, type Judging, type Payload } from '@shared/types.gen'
import { allows, builtinWorkflow, fits, moveOf, opens, unmet } from '@shared/workflow'
import { keepDocument, openDocument } from '../db/documents'
import { manyUntil } from '../engine/decisions'
import type { Intent, Phone } from '../engine/phone'
import type { World } from '../engine/world'
import type { DeedState, Undoable } from './contract'
import { useState } from './keys'
import type { Decided, Ledger } from './ledger'

export function useDeeds(): DeedState {
  return useState().deeds
}

export interface DeedPorts {
  readonly phone: Phone
  readonly world: World
  readonly ledger: Ledger
  readonly fix: () => Fix | null
  readonly taxonomy: () => string
}

/** Conditions that hang on what is put in: they say nothing of whether a step is to be offered. */
const ofInput: ReadonlySet<Condition> = new Set(['case.untilOutOfRange', 'case.notRechecked', 'case.mergeTarget'])

/** Glances are stored together, not one by one; but for one at what came back, of which the leader is to hear. */
const seenMs = 500

export function makeDeeds({ phone, world, ledger, fix, taxonomy }: DeedPorts): DeedState {
  /** Deeds under way: a second tap on the same button waits for the first and is then forecast anew. */
  let line: Promise<unknown> = Promise.resolve()

  function act(caseId: string, action: Action, payload: Payload, save: (intent: Intent) => Promise<unknown> = (intent) => phone.save(intent)): Promise<void> {
    const done = line.then(async () => {
      const c = ledger.find(caseId)?.case
      if (c === undefined) throw new Fault('case.notInScope', caseId)
      const place = fix()
      const intent = { case: caseId, action, payload, seen: c.revision, taxonomy: taxonomy(), ...(place && { place }) }
      const fault = ledger.forecast(intent)
      if (fault !== '') throw new Fault(fault)
      await save(intent)
    })
    line = done.catch(() => undefined)
    return done
  }

  /** A decision is stored at once and waits a moment, in which it may be taken back. */
  const decide = (intent: Intent) => phone.decide(intent)

  let seen = new Map<string, number>()
  let whose = ''
  let cancel: () => void = () => undefined
  /** Returns and tasks whose glance the centre was told of by this page. */
  let told = new Set<string>()
  phone.person.watch((person) => {
    if (whose === (person?.id ?? '')) return
    whose = person?.id ?? ''
    seen = new Map()
    told = new Set()
    if (person !== null) void read(person.id)
  })

  async function read(person: string): Promise<void> {
    const kept = await openDocument<[string, number][]>(phone.store, person, 'seen')
    if (whose !== person) return
    seen = new Map([...(kept ?? []), ...seen])
    ledger.markSeen(seen)
    remind()
  }

  /** The entry by which the case waits for whoever is signed in. */
  const awaitedOf = (c: Case) => {
    const waits = awaited(c)
    return waits?.person === whose ? waits.entry : undefined
  }

  /** A return or a task that was looked at without a line, by a page that is gone: the leader waits to hear of it. */
  watch(ledger.views, remind)
  function remind(): void {
    for (const { case: c } of ledger.views.value) {
      const entry = awaitedOf(c)
      const revision = seen.get(c.id) ?? 0
      if (entry === undefined || entry.seen !== undefined || revision < entry.revision || told.has(`${c.id} ${entry.revision}`)) continue
      told.add(`${c.id} ${entry.revision}`)
      phone.seen([{ case: c.id, revision }])
    }
  }

  /** An operation of this person with nothing put in. */
  function blank(action: Action, id: string): Body {
    return { v: version, replica: '', counter: 1, case: '', author: { kind: 'person', id }, source: 'collector', action, payload: {}, seen: 0, taxonomy: '', time: phone.clock.stamp() }
  }

  function now(): Judging {
    const standing = ledger.standing()
    return { now: phone.clock.now(), standingNow: standing, standingThen: standing, categoryKnown: true }
  }

  return {
    may: ({ case: c }, action) => {
      const move = moveOf(builtinWorkflow, action)
      const standing = ledger.standing()
      const person = phone.person.value?.id ?? ''
      const offered = move !== undefined && !opens(move) && move.offline && allows(move, standing.role) && fits(move, c.state) && inScope(c, person, standing)
      return offered && unmet({ ...move, when: (move.when ?? []).filter((one) => !ofInput.has(one)) }, c, blank(action, person), now()) === ''
    },
    do: (caseId, action, payload = {}) => act(caseId, action, payload, moveOf(builtinWorkflow, action)?.evidence === false ? decide : undefined),
    many: (action, of) => {
      const until = manyUntil(phone.clock.now(), of.length)
      const store = async () => {
        const faults = new Map<string, string>()
        for (const { caseId, payload } of of) {
          await act(caseId, action, payload, (intent) => phone.decide(intent, until)).catch((thrown: unknown) => faults.set(caseId, faultCode(thrown)))
        }
        return faults
      }
      return { until, faults: store() }
    },
    decide: (caseId, action) => act(caseId, action, {}, decide),
    decideWithReason: (caseId, action, reason) => act(caseId, action, { reason }, decide),
    undoable: computed(() => ledger.decided.value.map(undoableOf)),
    undo: (decision) => phone.undo(decision),
    undoTogether: (until) => phone.undoTogether(until),
    comment: (caseId, words) => act(caseId, 'comment', { words }),
    amend: (caseId, changes: readonly Change[]) => act(caseId, 'amend', { changes: [...changes] }),
    seen: (caseId) => {
      const c = ledger.find(caseId)?.case
      if (c === undefined || (seen.get(caseId) ?? 0) >= c.revision) return
      const { revision } = c
      seen.set(caseId, revision)
      told.add(`${caseId} ${awaitedOf(c)?.revision ?? 0}`)
      ledger.markSeen(seen)
      phone.seen([{ case: caseId, revision }])
      const person = whose
      cancel()
      cancel = world.after(awaitedOf(c) ? 0 : seenMs, () => void keepDocument(phone.store, person, 'seen', [...seen]).catch(() => undefined))
    },
  }
}

function undoableOf({ row, body }: Decided): Undoable {
  return { decision: row.id, caseId: row.caseId, action: body.action, until: row.fireAt }
}
