// Who is signed in, and which replicas the server knows.

import type { Anchor, Role } from '@shared/types.gen'
import { ask, askJson } from './request'

export interface Profile {
  readonly id: string
  readonly login: string
  readonly label: string
  readonly role: Role
  readonly squad: string
  readonly squadName: string
  /** of people with the role unit: its code and name; absent in what was kept before there were units */
  readonly unit?: string
  readonly unitName?: string
}

export interface SessionAnswer {
  readonly person: Profile
  readonly demo: boolean
  /** ms since 1970 UTC */
  readonly serverTime: number
  readonly anchor: Anchor
  /** The key to seal hand-over files for, base64url of a point on P-256. */
  readonly handover?: string
}

interface Enrolment {
  readonly replica: string
  /** base64url of SPKI DER */
  readonly key: string
  readonly succeeds?: string
  readonly proof?: string
}

export interface Account {
  signIn(login: string, password: string): Promise<SessionAnswer>
  whoAmI(): Promise<SessionAnswer>
  signOut(): Promise<void>
  enrol(enrolment: Enrolment): Promise<void>
}

export const account: Account = {
  signIn: (login, password) => askJson('/api/session', { method: 'POST', body: { login, password } }),
  whoAmI: () => askJson('/api/session'),
  signOut: () => ask('/api/session', { method: 'DELETE', patienceMs: 5_000 }, async () => undefined),
  enrol: async (enrolment) => ask('/api/replicas', { method: 'POST', body: { ...enrolment, device: await model() } }, async () => undefined),
}

interface Hints {
  getHighEntropyValues(names: readonly string[]): Promise<{ readonly model?: string }>
}

/** The phone's model, which Chromium tells when it is asked and others never: administrators know a phone by it. */
async function model(): Promise<string> {
  const hints = (navigator as { userAgentData?: Hints }).userAgentData
  return (await hints?.getHighEntropyValues(['model']).catch(() => null))?.model ?? ''
}
