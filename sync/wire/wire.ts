// Frames as the phone reads and writes them: the twin of decode.go and columns.go. What comes from the server is checked
// for its shape before the replica believes it.

import { Fault } from '@shared/fault'
import { isHash, isUuid } from '@shared/id'
import type { Case } from '@shared/types.gen'
import type { Answer, Column, Frame, Known, Limits } from './types.gen'

/** What a phone may receive. */
export type Received = Extract<Frame, { t: 'welcome' | 'ack' | 'fault' | 'cases' | 'change' | 'leave' | 'held' | 'pong' }>

export function encode(frame: Frame): string {
  return JSON.stringify(frame)
}

/**
 * Reads a frame from the server; null for a type that this version does not know (R4).
 * @throws Fault frame.malformed
 */
export function decode(text: string): Received | null {
  let frame: unknown
  try {
    frame = JSON.parse(text)
  } catch (error) {
    throw malformed(String(error))
  }
  if (!isObject(frame) || typeof frame.t !== 'string' || frame.t === '') throw malformed('no type')
  const check = checks[frame.t as Received['t']] as ((f: Loose) => boolean) | undefined
  if (!Object.hasOwn(checks, frame.t) || check === undefined) return null
  if (!check(frame)) throw malformed(`a field of ${frame.t} is missing or of the wrong type`)
  return frame as unknown as Received
}

/**
 * Turns a page's columns back into cases.
 * @throws Fault frame.malformed on columns of different lengths
 */
export function rows(columns: Record<string, Column>): Case[] {
  const count = columns.id?.length ?? 0
  const cases = Array.from({ length: count }, (): Record<string, unknown> => ({}))
  for (const [name, column] of Object.entries(columns)) {
    if (column.length !== count) throw malformed(`column ${name} has ${column.length} values, id has ${count}`)
    column.forEach((value, i) => {
      const row = cases[i]
      if (row !== undefined && value !== null) row[name] = value
    })
  }
  if (!cases.every(isCase)) throw malformed('a case lacks its id, revision or timeline')
  return cases as unknown as Case[]
}

/** What the server's receipt key authenticates. */
export function receiptText(replica: string, a: Answer): string {
  const said = `${replica} ${a.counter} ${a.hash} ${a.seq} ${a.epoch} ${a.outcome} ${a.fault ?? ''}`
  return a.received === undefined ? `buxun receipt v1 ${said}` : `buxun receipt v2 ${said} ${a.received}`
}

type Loose = Record<string, unknown>

const checks: Record<Received['t'], (f: Loose) => boolean> = {
  welcome: (f) =>
    numbers(f, 'v', 'now', 'head', 'since') && strings(f, 'epoch', 'scope') && isAnchor(f.anchor) && isLimits(f.limits) && every(f.replicas, isKnown),
  ack: (f) => isUuid(String(f.replica)) && every(f.answers, isAnswer) && (f.answers as Answer[]).length > 0,
  fault: (f) => strings(f, 'code') && optional(f.replica, 'string') && optional(f.counter, 'number') && optional(f.detail, 'string'),
  cases: (f) => numbers(f, 'seq') && typeof f.more === 'boolean' && isColumns(f.columns) && (f.leaves === undefined || every(f.leaves, isText)),
  change: (f) => numbers(f, 'seq') && isObject(f.case) && isCase(f.case),
  leave: (f) => numbers(f, 'seq') && strings(f, 'case'),
  held: (f) => strings(f, 'replica') && every(f.here, isText) && (f.damaged === undefined || every(f.damaged, isText)),
  pong: (f) => numbers(f, 'n', 'now'),
}

function isAnswer(a: unknown): boolean {
  return (
    isObject(a) && numbers(a, 'counter', 'seq') && isHash(String(a.hash)) && strings(a, 'epoch', 'mac') &&
    ['applied', 'late', 'refused'].includes(String(a.outcome)) && optional(a.fault, 'string')
  )
}

function isKnown(k: unknown): boolean {
  const fields: (keyof Known)[] = ['counter', 'backedUp']
  return isObject(k) && strings(k, 'replica') && numbers(k, ...fields) && optional(k.hash, 'string') && optional(k.fault, 'string')
}

function isLimits(l: unknown): boolean {
  const fields: (keyof Limits)[] = ['frameBytes', 'pushOperations', 'pushesInFlight', 'pagesInFlight', 'heartbeatMs', 'silenceMs', 'photoBytes', 'keepDays']
  return isObject(l) && numbers(l, ...fields) && fields.every((name) => Number(l[name]) > 0)
}

function isAnchor(a: unknown): boolean {
  return isObject(a) && strings(a, 'token') && numbers(a, 'at')
}

function isColumns(columns: unknown): boolean {
  return isObject(columns) && Object.values(columns).every((column) => Array.isArray(column))
}

function isCase(c: Loose): boolean {
  return strings(c, 'id', 'state') && numbers(c, 'revision') && Array.isArray(c.timeline)
}

function isText(value: unknown): boolean {
  return typeof value === 'string'
}

function isObject(value: unknown): value is Loose {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function strings(f: Loose, ...names: string[]): boolean {
  return names.every((name) => typeof f[name] === 'string')
}

function numbers(f: Loose, ...names: string[]): boolean {
  return names.every((name) => Number.isSafeInteger(f[name]) && Number(f[name]) >= 0)
}

function optional(value: unknown, type: 'string' | 'number'): boolean {
  return value === undefined || typeof value === type
}

function every(value: unknown, check: (item: unknown) => boolean): boolean {
  return Array.isArray(value) && value.every(check)
}

function malformed(detail: string): Fault {
  return new Fault('frame.malformed', detail)
}

