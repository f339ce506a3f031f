// For tests: everything between the phone and the centre that may answer in the server's stead, or not at all. Requests go
// through what the app itself asks with (net/account, net/upload), frames through a socket.

import type { HttpRequest, HttpResponse, HttpStack } from 'tus-js-client'
import { faultCode } from '@shared/fault'
import type { OpenSocket } from '../src/net/socket'
import type { Centre } from '../src/engine/rig'

/** What may happen to one request. */
export const mishaps = [
  '400', '401', '403', '404', '409', '413', '429', '500', '502', '503', 'portal', 'reset', 'timeout', 'truncated', 'lost',
] as const
export type Mishap = (typeof mishaps)[number]

/** The server's own words for a status; a proxy's refusal has none. */
const codes: Readonly<Record<string, string>> = { 401: 'session.missing', 409: 'connection.replaced', 413: 'photo.tooLarge', 429: 'server.busy', 503: 'server.stopping' }
const page = '<html><title>欢迎使用免费无线网络</title><form>手机号</form></html>'

interface Kept {
  readonly size: number
  bytes: Buffer
}

/** The line to a centre, and the centre's store of photos. */
export class Between {
  /** Asked before each request with its name; what it gives happens to it. */
  befall: (request: string) => Mishap | null = () => null
  readonly photos = new Map<string, Kept>()
  /** Every request that was made, in order. */
  readonly asked: string[] = []
  /** Bytes of photos that left the phone. */
  sent = 0

  constructor(private readonly centre: Centre) {}

  private happens(request: string): Mishap | null {
    this.asked.push(request)
    return this.centre.reachable ? this.befall(request) : 'reset'
  }

  /** In the place of the browser's fetch. */
  readonly fetch = async (path: string, { method = 'GET', body }: { method?: string; body?: string } = {}): Promise<Response> => {
    const mishap = this.happens(`${method} ${path}`)
    if (mishap === 'reset' || mishap === 'timeout') throw new TypeError(mishap)
    if (mishap === 'portal') return new Response(page, { status: 200, headers: { 'Content-Type': 'text/html' } })
    if (mishap === 'truncated') return new Response('{"person":{"id":"per', { status: 200 })
    if (mishap !== null && mishap !== 'lost') return refusal(mishap)
    const answer = await this.serve(path, method, JSON.parse(body ?? 'null') as never).catch((error: unknown) => refusal('401', faultCode(error)))
    if (mishap === 'lost') throw new TypeError('the answer was lost')
    return answer
  }

  private async serve(path: string, method: string, asked: never): Promise<Response> {
    const { account } = this.centre
    if (path === '/api/replicas') return new Response(JSON.stringify((await account.enrol(asked)) ?? {}))
    if (method === 'POST') return new Response(JSON.stringify(await account.signIn((asked as { login: string }).login, '')))
    if (method === 'DELETE') return new Response(JSON.stringify((await account.signOut()) ?? {}))
    return new Response(JSON.stringify(await account.whoAmI()))
  }

  /** In the place of the browser's websocket. */
  readonly openSocket: OpenSocket = (listener) => {
    const mishap = this.happens('open')
    let dead = mishap !== null && mishap !== 'lost'
    if (dead) {
      if (mishap !== 'timeout') queueMicrotask(() => listener.closed(1006))
      return { send: () => undefined, close: () => undefined }
    }
    const die = () => {
      if (dead) return
      dead = true
      socket.close()
      listener.closed(1006)
    }
    const socket = this.centre.open({
      opened: () => {
        if (dead) return
        listener.opened()
        if (mishap === 'lost') die()
      },
      heard: (text) => dead || listener.heard(text),
      closed: (code) => {
        if (!dead) listener.closed(code)
        dead = true
      },
    })
    return {
      send: (text) => {
        if (dead) return
        const one = this.happens(`frame ${(JSON.parse(text) as { t: string }).t}`)
        if (one === null) return socket.send(text)
        if (one === 'timeout') return void (dead = true) // half-open: nobody says anything any more
        if (one === 'lost') socket.send(text)
        if (one === 'truncated') listener.heard('{"t":"fault","code":"frame.malf')
        queueMicrotask(die)
      },
      close: () => {
        dead = true
        socket.close()
      },
    }
  }

  /** In the place of what tus-js-client sends with. */
  readonly uploads: HttpStack = {
    getName: () => 'between',
    createRequest: (method, url): HttpRequest => {
      const headers: Record<string, string> = {}
      let abort: () => void = () => undefined
      return {
        getMethod: () => method,
        getURL: () => url,
        setHeader: (name, value) => (headers[name] = value),
        getHeader: (name) => headers[name],
        setProgressHandler: () => undefined,
        getUnderlyingObject: () => null,
        abort: async () => abort(),
        send: async (file?: unknown) => {
          const bytes = file instanceof Blob ? Buffer.from(await file.arrayBuffer()) : Buffer.alloc(0)
          return new Promise<HttpResponse>((resolve, reject) => {
            abort = () => reject(new Error('aborted'))
            this.upload(method, url, headers, bytes, resolve, reject)
          })
        },
      }
    },
  }

  private upload(method: string, url: string, headers: Readonly<Record<string, string>>, bytes: Buffer, answer: (r: HttpResponse) => void, fail: (e: Error) => void): void {
    const named = /hash ([^,]+)/.exec(headers['Upload-Metadata'] ?? '')?.[1]
    const hash = named === undefined ? (url.split('/').pop() ?? '') : Buffer.from(named, 'base64').toString()
    const mishap = this.happens(`${method} ${hash}`)
    if (mishap === 'timeout') return // and the watchdog must notice
    this.sent += bytes.length
    if (mishap === 'portal') return answer(respond(200, { 'Content-Type': 'text/html' }, page))
    if (mishap === 'reset' || mishap === 'truncated') {
      if (mishap === 'truncated') this.keep(method, hash, headers, bytes.subarray(0, bytes.length / 2))
      return fail(new Error('reset'))
    }
    if (mishap !== null && mishap !== 'lost') return answer(respond(Number(mishap), {}, codes[mishap] === undefined ? page : JSON.stringify({ code: codes[mishap] })))
    const done = this.keep(method, hash, headers, bytes)
    if (mishap === 'lost') fail(new Error('the answer was lost'))
    else answer(done)
  }

  /** As server/photo does: created again, an upload is the one that was begun. */
  private keep(method: string, hash: string, headers: Readonly<Record<string, string>>, bytes: Buffer): HttpResponse {
    const found = this.photos.get(hash)
    const kept = found ?? { size: Number(headers['Upload-Length']), bytes: Buffer.alloc(0) }
    if (found === undefined && method !== 'POST') return respond(404, {}, JSON.stringify({ code: 'request.notFound' }))
    this.photos.set(hash, kept)
    if (method === 'PATCH' && Number(headers['Upload-Offset']) !== kept.bytes.length) return respond(409, {}, JSON.stringify({ code: 'connection.replaced' }))
    if (method === 'PATCH' || kept.bytes.length === 0) kept.bytes = Buffer.concat([kept.bytes, bytes])
    const whole: Record<string, string> = kept.bytes.length === kept.size ? { 'Buxun-Photo': hash, 'Buxun-Photo-State': 'here' } : {}
    if (method === 'POST' && found !== undefined && 'Buxun-Photo' in whole) return respond(409, whole, JSON.stringify({ code: 'photo.held' }))
    return respond(method === 'POST' ? 201 : method === 'HEAD' ? 200 : 204, {
      Location: `/api/uploads/${hash}`, 'Upload-Offset': String(kept.bytes.length), 'Upload-Length': String(kept.size), ...whole,
    }, '')
  }
}

function refusal(status: string, code = codes[status]): Response {
  if (code === undefined) return new Response(page, { status: Number(status), headers: { 'Content-Type': 'text/html' } })
  return new Response(JSON.stringify({ code }), { status: Number(status), headers: { 'Content-Type': 'application/problem+json' } })
}

function respond(status: number, headers: Readonly<Record<string, string>>, body: string): HttpResponse {
  return { getStatus: () => status, getHeader: (name: string) => headers[name], getBody: () => body, getUnderlyingObject: () => null } as HttpResponse
}

