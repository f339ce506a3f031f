// What administrators' pages ask of the server: they need the line, and nothing of it is kept on the phone.

import type { Phase, PhraseKind, Role } from '@shared/types.gen'
import { ask, Refusal } from './request'

export type Kind = 'people' | 'squads' | 'units' | 'areas' | 'devices' | 'phrases' | 'register' | 'limits' | 'phases' | 'calendar' | 'webhooks'
/** What files are of. */
export type FileKind = Exclude<Kind, 'webhooks'>

export interface AccountRow {
  readonly id: string
  readonly login: string
  readonly label: string
  readonly role: Role
  readonly squad: string
  /** of people with the role unit, else '' */
  readonly unit: string
  readonly disabled: boolean
  readonly hasPassword: boolean
  readonly demo: boolean
  readonly revision: number
}

export interface SquadRow {
  readonly code: string
  readonly name: string
  readonly place: number
  readonly people: number
  readonly areas: number
  readonly revision: number
}

export interface UnitRow {
  readonly code: string
  readonly name: string
  readonly place: number
  readonly disabled: boolean
  readonly people: number
  /** open ones that are dispatched to it */
  readonly cases: number
  readonly revision: number
}

export interface AreaRow {
  readonly code: string
  readonly name: string
  readonly squad: string
  readonly kind: 'community' | 'unitGrid' | 'dutyGrid'
  readonly generated: boolean
  readonly points: number
  readonly answering: readonly AnsweringRow[]
  readonly revision: number
  /** WGS-84 degrees, longitude first; of one area only, null in a list. */
  readonly ring: readonly (readonly [number, number])[] | null
}

/** A line of the units' register (责任清单); its id is what it says. */
export interface DutyRow {
  readonly id: string
  readonly unit: string
  readonly unitName: string
  /** key of a class or a sub-class */
  readonly category: string
  readonly name: string
  /** of a sub-class, else '' */
  readonly class: string
  readonly standard: string
  readonly kind: 'component' | 'matter'
  /** code of an area or a squad; '' everywhere */
  readonly area: string
  /** '' where that area is there no more */
  readonly areaName: string
}

/** A class or sub-class that a line of the register may name. */
export type CategoryRow = Pick<DutyRow, 'name' | 'class' | 'standard' | 'kind'> & { readonly key: string }

/** One of those who answer for an area; a disabled one is sent nowhere. */
export interface AnsweringRow {
  readonly login: string
  readonly label: string
  readonly disabled: boolean
}

/** One replica: a person's installation on one phone. Times are milliseconds since 1970. */
export interface DeviceRow {
  readonly replica: string
  readonly person: string
  /** the person's */
  readonly label: string
  readonly login: string
  readonly squad: string
  /** what the phone calls itself */
  readonly device: string
  /** the administrators' name for it */
  readonly name: string
  readonly app: string
  readonly made: number
  readonly known: number
  readonly missing: number
  readonly enrolledAt: number
  readonly heardAt?: number
  readonly revokedAt?: number
  readonly revokedWhy?: string
  /** when the revoked phone had forgotten what it held */
  readonly wipedAt?: number
  readonly gaps: readonly { readonly from: number; readonly to: number; readonly at: number }[]
  /** of one phone only */
  readonly waitingPhotos?: number
  readonly revision: number
}

export interface PhraseRow {
  readonly squad: string
  readonly kind: PhraseKind
  readonly text: string
}

/** A filing condition of a sub-class; the limit as tables write it. */
export interface ConditionRow {
  readonly id: string
  readonly category: string
  /** of the category */
  readonly name: string
  readonly words: string
  readonly closing: string
  readonly limit: string
}

export interface PhaseRow {
  readonly phase: Phase
  readonly limit: string
}

export interface CalendarRow {
  readonly kind: 'hours' | 'free' | 'holiday' | 'makeUp'
  readonly value: string
  readonly name: string
}

/** What limits and calendar were from a moment on. */
export interface LimitVersion {
  readonly version: string
  readonly at: number
  readonly who: string
  readonly by: 'person' | 'command' | 'nobody'
  readonly conditions: number
  readonly days: number
}

export const hookFormats = ['json', 'wecom', 'dingtalk'] as const
export type HookFormat = (typeof hookFormats)[number]
export const hookEvents = [
  'reported', 'returned', 'filed', 'rejected', 'dispatched', 'handedBack', 'handled', 'task', 'rework', 'ask', 'suspended', 'supervised', 'overdue', 'closed', 'void',
] as const

/** A webhook: neither its secret nor its whole address is ever told. */
export interface HookRow {
  readonly id: number
  readonly name: string
  readonly format: HookFormat
  readonly host: string
  readonly events: readonly string[]
  readonly words: boolean
  readonly paused: boolean
  readonly waiting: number
  readonly lastAt?: number
  readonly lastFault?: string
  readonly revision: number
  /** once, where it was made just now */
  readonly secret?: string
}

export interface HookAttempt {
  readonly at: number
  readonly took: number
  readonly event: string
  readonly attempt: number
  /** of HTTP; 0: no answer */
  readonly status: number
  readonly fault?: string
  /** how many events were dropped undelivered; the row is then of no delivery */
  readonly dropped?: number
}

export interface Rows<T> {
  readonly rows: readonly T[]
  /** how many match, on all pages */
  readonly total: number
  readonly page: number
  readonly size: number
}

export interface Mistake {
  readonly line: number
  readonly column: number
  readonly heading?: string
  readonly detail: string
}

export interface Difference {
  readonly field: 'label' | 'name' | 'role' | 'squad' | 'unit' | 'state' | 'kind' | 'place' | 'words' | 'limit' | 'closing' | 'password' | 'outline' | 'collectors'
  readonly from: string
  readonly to: string
}

export interface Step {
  readonly line: number
  readonly key: string
  readonly name: string
  readonly deed: 'new' | 'changed' | 'removed'
  readonly fields: readonly Difference[]
}

export interface Preview {
  readonly new: number
  readonly changed: number
  readonly unchanged: number
  readonly removed: number
  readonly steps: readonly Step[]
  readonly mistakes: readonly Mistake[]
  readonly seal: string
  readonly unable: readonly string[]
  readonly applied: boolean
}

export interface TrailRow {
  readonly at: number
  readonly what: string
  readonly who: string
  readonly by: 'person' | 'command' | 'nobody'
}

export type Query = Readonly<Record<string, string>>
export type Fields = Readonly<Record<string, string>>

/** What is wrong with fields of a form, by name; empty where the fault is about something else. */
export function wrongFields(thrown: unknown): Readonly<Record<string, string>> {
  const list = thrown instanceof Refusal ? (thrown.problem as { fields?: { name: string; detail: string }[] }).fields : undefined
  return Object.fromEntries((list ?? []).map(({ name, detail }) => [name, detail]))
}

const patienceMs = 20_000
/** Passwords of a file take a tenth of a second each. */
const filePatienceMs = 180_000

function at(path: string, query: Query = {}): string {
  const said = new URLSearchParams(Object.entries(query).filter(([, value]) => value !== ''))
  return `/api/office/${path}${said.size > 0 ? `?${said.toString()}` : ''}`
}

const seen = (revision: number) => ({ 'If-Match': `"${revision}"` })
const json = <T>(response: Response) => response.json() as Promise<T>

/** @param language of what the server says: the page's, not the browser's */
export function makeOffice(language: () => string) {
  const say = (more: Readonly<Record<string, string>> = {}) => ({ 'Accept-Language': language(), ...more })
  const get = <T>(path: string, query?: Query) => ask(at(path, query), { headers: say(), patienceMs }, json<T>)
  const send = <T>(method: 'POST' | 'PUT', path: string, body: unknown, revision?: number) =>
    ask(at(path), { method, body, headers: say(revision === undefined ? {} : seen(revision)), patienceMs }, json<T>)
  return {
    list: <T>(kind: Kind, query: Query) => get<Rows<T>>(kind, query),
    add: <T>(kind: 'people' | 'squads' | 'units', fields: Fields) => send<T>('POST', kind, fields),
    change: <T>(kind: 'people' | 'squads' | 'units' | 'areas' | 'devices', id: string, revision: number, fields: Fields) =>
      send<T>('PUT', `${kind}/${encodeURIComponent(id)}`, fields, revision),
    drop: (kind: 'squads' | 'units' | 'areas', id: string, revision: number) =>
      ask(at(`${kind}/${encodeURIComponent(id)}`), { method: 'DELETE', headers: say(seen(revision)), patienceMs }, async () => undefined),
    /** Sets the given password, or makes one; it is told this once. */
    password: async (id: string, revision: number, password: string) =>
      (await send<{ password: string }>('POST', `people/${id}/password`, password === '' ? {} : { password }, revision)).password,
    order: (codes: readonly string[]) => send<Rows<SquadRow>>('PUT', 'squads', { codes }),
    area: (code: string) => get<AreaRow>(`areas/${encodeURIComponent(code)}`),
    device: (replica: string) => get<DeviceRow>(`devices/${replica}`),
    revoke: (replica: string, revision: number, why: string) => send<DeviceRow>('POST', `devices/${replica}/revoke`, { why }, revision),
    trail: async (subject: string) => (await get<{ rows: readonly TrailRow[] }>('trail', { subject })).rows,
    /** The quick phrases that a squad keeps, by kind; kinds that it keeps none of are not there. */
    phrases: async (squad: string) =>
      (await ask(`/api/phrases?squad=${encodeURIComponent(squad)}`, { headers: say() }, json<{ kinds: Partial<Record<PhraseKind, readonly string[]>> }>)).kinds,
    putPhrases: (squad: string, kind: PhraseKind, texts: readonly string[], was: readonly string[]) =>
      ask(`/api/phrases/${kind}?squad=${encodeURIComponent(squad)}`, { method: 'PUT', body: { texts, was }, headers: say() }, async () => undefined),
    categories: async (q: string) => (await get<Rows<CategoryRow>>('categories', { q, size: '50' })).rows,
    addDuty: (fields: Fields) => ask(at('register'), { method: 'POST', body: fields, headers: say(), patienceMs }, async () => undefined),
    changeDuty: (id: string, fields: Fields) => ask(at(`register/${id}`), { method: 'PUT', body: fields, headers: say(), patienceMs }, async () => undefined),
    dropDuty: (id: string) => ask(at(`register/${id}`), { method: 'DELETE', headers: say(), patienceMs }, async () => undefined),
    limitVersions: async () => (await get<{ rows: readonly LimitVersion[] }>('limits/versions')).rows,
    addHook: (fields: Fields) => send<HookRow>('POST', 'webhooks', fields),
    changeHook: (id: number, revision: number, fields: Fields) => send<HookRow>('PUT', `webhooks/${id}`, fields, revision),
    dropHook: (id: number, revision: number) => ask(at(`webhooks/${id}`), { method: 'DELETE', headers: say(seen(revision)), patienceMs }, async () => undefined),
    /** Sends a made-up message; `fault` in the machine's words, '' where it arrived. */
    testHook: (id: number) => send<{ status: number; fault: string }>('POST', `webhooks/${id}/test`, {}),
    hookLog: async (id: number) => (await get<{ rows: readonly HookAttempt[] }>(`webhooks/${id}/log`)).rows,
    /** What the query matches as a file, or an empty table to fill in (template=1); with the name that the server gives it. */
    file: (kind: FileKind, query: Query) =>
      ask(at(`files/${kind}`, { ...query, language: language().startsWith('en') ? 'en' : 'zh' }), { headers: say(), patienceMs: filePatienceMs }, async (response) => ({
        name: decodeURIComponent(/filename\*=UTF-8''([^;]+)/.exec(response.headers.get('Content-Disposition') ?? '')?.[1] ?? kind),
        content: await response.blob(),
      })),
    /** What importing the file would do; with the seal of such a preview, does it. */
    upload: (kind: FileKind, file: File, seal = '') =>
      ask(at(`files/${kind}`, { name: file.name, seal }), { method: 'POST', file, headers: say(), patienceMs: filePatienceMs }, json<Preview>),
  }
}
