// One way to ask the server: small JSON in, every error a fault with a code (L12).

import { Fault, faultRows } from '@shared/fault'

const patienceMs = 20_000

export interface Request {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'DELETE'
  readonly body?: unknown
  /** sent as it is, in place of a body */
  readonly file?: Blob
  readonly headers?: Readonly<Record<string, string>>
  readonly patienceMs?: number
}

/** The fault of a problem document, with the whole of it: some name the places that are wrong. */
export class Refusal extends Fault {
  constructor(
    code: string,
    detail: string,
    readonly problem: object,
  ) {
    super(code, detail)
  }
}

/** @throws Fault of the catalogue as the server answered it, or `offline` where it could not be reached in time */
export async function ask<T>(path: string, request: Request, take: (response: Response) => Promise<T>): Promise<T> {
  const giveUp = new AbortController()
  const timer = setTimeout(() => giveUp.abort(), request.patienceMs ?? patienceMs)
  try {
    const { method = 'GET', body, file, headers } = request
    const json = body === undefined ? { headers, body: file } : { headers: { ...headers, 'Content-Type': 'application/json' }, body: JSON.stringify(body) }
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
    const problem = (await response.json()) as { code?: unknown }
    if (typeof problem.code === 'string' && isKnown(problem.code)) return new Refusal(problem.code, `HTTP ${response.status}`, problem)
  } catch {
    // no problem document
  }
  return new Fault(response.status >= 500 ? 'server.busy' : 'offline', `HTTP ${response.status}`)
}

export function isKnown(code: string): boolean {
  return faultRows.some((row) => row.code === code)
}
