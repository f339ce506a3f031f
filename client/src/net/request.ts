// One way to ask the server: small JSON in, every error a fault with a code (L12).

import { Fault, faultRows } from '@shared/fault'

const patienceMs = 20_000

export interface Request {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'DELETE'
  readonly body?: unknown
  readonly patienceMs?: number
}

/** @throws Fault of the catalogue as the server answered it, or `offline` where it could not be reached in time */
export async function ask<T>(path: string, request: Request, take: (response: Response) => Promise<T>): Promise<T> {
  const giveUp = new AbortController()
  const timer = setTimeout(() => giveUp.abort(), request.patienceMs ?? patienceMs)
  try {
    const { method = 'GET', body } = request
    const json = body === undefined ? {} : { headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) }
    const response = await fetch(path, { method, credentials: 'same-origin', cache: 'no-cache', signal: giveUp.signal, ...json })
    if (!response.ok) throw await problemOf(response)
    return await take(response)
  } catch (error) {
    throw error instanceof Fault ? error : new Fault('offline', String(error))
  } finally {
    clearTimeout(timer)
  }
}

/** @throws Fault; `offline` also for an answer that is no JSON: a portal stands in between */
export function askJson<T>(path: string, request: Request = {}): Promise<T> {
  return ask(path, request, async (response) => (await response.json()) as T)
}

/** The fault that an RFC 9457 problem names. A refusal without one comes from something between us and the server. */
async function problemOf(response: Response): Promise<Fault> {
  try {
    const { code } = (await response.json()) as { code?: unknown }
    if (typeof code === 'string' && isKnown(code)) return new Fault(code, `HTTP ${response.status}`)
  } catch {
    // no problem document
  }
  return new Fault(response.status >= 500 ? 'server.busy' : 'offline', `HTTP ${response.status}`)
}

export function isKnown(code: string): boolean {
  return faultRows.some((row) => row.code === code)
}
