// The server as one phone in Node reaches it: what client/src/net does with the browser's fetch, websocket and uploads,
// over a Line of its own and with a cookie of its own.

import { Agent, request, type IncomingMessage } from 'node:http'
import type { HttpRequest, HttpResponse, HttpStack } from 'tus-js-client'
import { WebSocket } from 'ws'
import { Fault } from '@shared/fault'
import { subprotocol } from '@sync/wire/types.gen'
import type { Account, SessionAnswer } from '../src/net/account'
import { isKnown } from '../src/net/request'
import type { OpenSocket } from '../src/net/socket'
import type { Line } from './line'

const patienceMs = 20_000
/** Uploads leave in pieces, so that progress shows and a cut finds them in the middle. */
const pieceBytes = 16 * 1024

interface Asked {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: Buffer
  readonly patienceMs?: number
  /** Called as bytes of the body leave. */
  readonly progress?: (sent: number) => void
  readonly signal?: AbortSignal
}

interface Answered {
  readonly status: number
  readonly headers: IncomingMessage['headers']
  readonly body: Buffer
}

/** What may go wrong with uploads beyond the line's weather. */
export interface UploadMishap {
  /** Asked before a request, and as its body leaves; true cuts the line there. */
  sending(method: string, sent: number): boolean
  /** The server answered: true cuts the line before the phone hears it. */
  answered(method: string): boolean
}

const nothing: UploadMishap = { sending: () => false, answered: () => false }

export class Site {
  mishap: UploadMishap = nothing
  private cookie = ''
  private readonly agent: Agent

  constructor(readonly origin: URL, private readonly line: Line) {
    this.agent = new Agent({ keepAlive: true })
    this.agent.createConnection = () => line.connect()
  }

  /** Closes what is kept open. */
  close(): void {
    this.agent.destroy()
    this.line.cut()
  }

  readonly account: Account = {
    signIn: (login, password) => this.askJson<SessionAnswer>('/api/session', 'POST', { login, password, device: 'simulated squad' }),
    whoAmI: () => this.askJson<SessionAnswer>('/api/session'),
    signOut: async () => void (await this.ask('/api/session', { method: 'DELETE', patienceMs: 5_000 })),
    enrol: async (enrolment) => void (await this.ask('/api/replicas', { method: 'POST', ...json(enrolment) })),
  }

  /** @throws Fault of the catalogue, or `offline` */
  async askJson<T>(path: string, method = 'GET', body?: unknown): Promise<T> {
    const { body: text } = await this.ask(path, { method, ...(body === undefined ? {} : json(body)) })
    try {
      return JSON.parse(text.toString()) as T
    } catch (error) {
      throw new Fault('offline', String(error))
    }
  }

  /** The original bytes of a photo as the server keeps them. @throws Fault */
  async photo(hash: string): Promise<Buffer> {
    return (await this.ask(`/api/photos/${hash}`, { patienceMs: 60_000 })).body
  }

  private async ask(path: string, asked: Asked): Promise<Answered> {
    const answered = await this.send(path, { patienceMs, ...asked })
    if (answered.status < 300) return answered
    throw new Fault(codeOf(answered), `HTTP ${answered.status} ${path}`)
  }

  /** One request, however it is answered. @throws Fault offline */
  private send(path: string, { method = 'GET', headers = {}, body, patienceMs: patience = 0, progress, signal }: Asked): Promise<Answered> {
    return new Promise((resolve, reject) => {
      const failed = (error: unknown) => reject(new Fault('offline', `${method} ${path}: ${String(error)}`))
      const length = body === undefined ? {} : { 'Content-Length': String(body.length) }
      const cookie = this.cookie === '' ? {} : { Cookie: this.cookie }
      const out = request({ agent: this.agent, hostname: this.origin.hostname, port: this.origin.port, path, method, headers: { ...headers, ...length, ...cookie } })
      if (patience > 0) {
        const timer = setTimeout(() => out.destroy(new Error('no answer in time')), patience)
        out.once('close', () => clearTimeout(timer))
      }
      signal?.addEventListener('abort', () => out.destroy(new Error('given up')), { once: true })
      out.on('error', failed)
      out.on('response', (answer) => {
        const chunks: Buffer[] = []
        answer.on('data', (chunk: Buffer) => chunks.push(chunk))
        answer.on('error', failed)
        answer.on('end', () => {
          this.remember(answer.headers['set-cookie'])
          resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body: Buffer.concat(chunks) })
        })
      })
      const write = (at: number): void => {
        if (body === undefined || at >= body.length) return void out.end()
        const end = Math.min(at + pieceBytes, body.length)
        out.write(body.subarray(at, end), (error) => {
          if (error) return
          progress?.(end)
          write(end)
        })
      }
      write(0)
    })
  }

  private remember(cookies: readonly string[] = []): void {
    for (const cookie of cookies) {
      const [pair = ''] = cookie.split(';')
      if (pair.startsWith('buxun_session=')) this.cookie = pair.endsWith('=') ? '' : pair
    }
  }

  readonly openSocket: OpenSocket = (listener) => {
    const address = new URL('/api/live', this.origin)
    address.protocol = address.protocol === 'https:' ? 'wss:' : 'ws:'
    const socket = new WebSocket(address, [subprotocol], {
      headers: { Cookie: this.cookie }, origin: this.origin.origin, handshakeTimeout: patienceMs, createConnection: () => this.line.connect() as never,
    })
    let closed = false
    const close = (code: number) => {
      if (!closed) listener.closed(code)
      closed = true
    }
    socket.on('open', () => listener.opened())
    socket.on('message', (data) => listener.heard(String(data)))
    socket.on('error', () => undefined) // a close follows
    socket.on('close', close)
    return {
      send: (text) => {
        if (socket.readyState === WebSocket.OPEN) socket.send(text)
      },
      close: () => socket.close(1000),
    }
  }

  /** How tus-js-client sends over this line. */
  readonly uploads: HttpStack = {
    getName: () => 'simulated squad',
    createRequest: (method, url) => this.upload(method, url),
  }

  private upload(method: string, url: string): HttpRequest {
    const headers: Record<string, string> = {}
    const stop = new AbortController()
    let progressed: (sent: number) => void = () => undefined
    const progress = (sent: number) => {
      progressed(sent)
      if (this.mishap.sending(method, sent)) this.line.cut()
    }
    return {
      getMethod: () => method,
      getURL: () => url,
      setHeader: (name, value) => (headers[name] = value),
      getHeader: (name) => headers[name],
      setProgressHandler: (handler) => (progressed = handler),
      getUnderlyingObject: () => null,
      abort: async () => stop.abort(),
      send: async (file?: unknown): Promise<HttpResponse> => {
        const body = file instanceof Blob ? { body: Buffer.from(await file.arrayBuffer()) } : { body: Buffer.alloc(0) }
        const { pathname, search } = new URL(url, this.origin)
        const answered = await this.send(pathname + search, { method, headers, ...body, progress, signal: stop.signal })
        if (this.mishap.answered(method)) {
          this.line.cut()
          throw new Fault('offline', `the answer to ${method} ${url} was lost`)
        }
        return {
          getStatus: () => answered.status,
          getHeader: (name) => [answered.headers[name.toLowerCase()]].flat().join(', ') || undefined,
          getBody: () => answered.body.toString(),
          getUnderlyingObject: () => null,
        }
      },
    }
  }
}

function json(value: unknown): Pick<Asked, 'headers' | 'body'> {
  return { headers: { 'Content-Type': 'application/json' }, body: Buffer.from(JSON.stringify(value)) }
}

/** The fault that a problem document names; a refusal without one comes from something in between. */
function codeOf({ status, body }: Answered): string {
  try {
    const { code } = JSON.parse(body.toString()) as { code?: unknown }
    if (typeof code === 'string' && isKnown(code)) return code
  } catch {
    // no problem document
  }
  return status >= 500 ? 'server.busy' : 'offline'
}
