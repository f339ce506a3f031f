// What a run measured: counts and latencies.

import type { Member } from './member'
import type { Told } from './told'

/** Milliseconds; null where nothing was measured. */
export interface Spread {
  readonly n: number
  readonly p50: number | null
  readonly p95: number | null
  readonly p99: number | null
  readonly most: number | null
}

export interface Figures {
  readonly phones: number
  readonly leaders: number
  readonly saved: Readonly<Record<string, number>>
  readonly operations: { readonly saved: number; readonly acknowledged: number; readonly applied: number; readonly late: number; readonly refused: number }
  readonly photographs: { readonly taken: number; readonly acknowledged: number; readonly megabytes: number; readonly megabytesPerSecond: number | null }
  readonly conversations: number
  readonly reconnects: number
  readonly savedToAcknowledgedOnline: Spread
  readonly savedToAcknowledgedAll: Spread
  readonly acknowledgedToSeenByLeader: Spread
  readonly photographToAcknowledgedOnline: Spread
}

export function spreadOf(numbers: readonly number[]): Spread {
  const sorted = [...numbers].sort((a, b) => a - b)
  const at = (share: number) => (sorted.length === 0 ? null : Math.round(sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)] ?? 0))
  return { n: sorted.length, p50: at(0.5), p95: at(0.95), p99: at(0.99), most: at(1) }
}

/** @param uploadMs how long at least one photograph was on its way */
export function figuresOf(told: Told, members: readonly Member[], uploadMs: number): Figures {
  const presence = new Map(members.map((member) => [member.plan.name, member.presence]))
  const online = (phone: string, from: number, to: number) => presence.get(phone)?.throughout(from, to) ?? false
  const answered = [...told.saved].flatMap(([key, saved]) => {
    const told_ = told.answers.get(key)
    return told_ === undefined ? [] : [{ key, saved, ...told_ }]
  })
  const seen = answered.flatMap(({ key, at }) => {
    const by = told.seen.get(key)
    // What a leader did himself is no news to him.
    return by === undefined || by.phone === told.saved.get(key)?.phone || !online(by.phone, at, by.at) ? [] : [Math.max(0, by.at - at)]
  })
  const received = [...told.taken.values()].flatMap((taken) => {
    const receipt = told.receipts.get(taken.hash)
    return receipt === undefined ? [] : [{ ...taken, to: receipt.at }]
  })
  const bytes = received.reduce((sum, one) => sum + one.bytes, 0)
  const conversations = members.reduce((sum, { ear }) => sum + ear.opened, 0)
  const outcome = (which: string) => answered.filter(({ answer }) => answer.outcome === which).length
  return {
    phones: members.filter(({ plan }) => plan.role === 'collector').length,
    leaders: members.filter(({ plan }) => plan.role === 'leader').length,
    saved: countOf([...told.saved.values()].map(({ action }) => action)),
    operations: { saved: told.saved.size, acknowledged: answered.length, applied: outcome('applied'), late: outcome('late'), refused: outcome('refused') },
    photographs: {
      taken: [...told.taken.values()].filter(({ kind }) => kind === 'original').length,
      acknowledged: received.filter(({ kind }) => kind === 'original').length,
      megabytes: Math.round(bytes / 10_000) / 100,
      megabytesPerSecond: uploadMs > 0 ? Math.round(bytes / uploadMs / 10) / 100 : null,
    },
    conversations,
    reconnects: conversations - members.length,
    savedToAcknowledgedOnline: spreadOf(answered.filter(({ saved, at }) => online(saved.phone, saved.at, at)).map(({ saved, at }) => at - saved.at)),
    savedToAcknowledgedAll: spreadOf(answered.map(({ saved, at }) => at - saved.at)),
    acknowledgedToSeenByLeader: spreadOf(seen),
    photographToAcknowledgedOnline: spreadOf(received.filter(({ kind, phone, at, to }) => kind === 'original' && online(phone, at, to)).map(({ at, to }) => to - at)),
  }
}

function countOf(words: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const word of words) counts[word] = (counts[word] ?? 0) + 1
  return counts
}
