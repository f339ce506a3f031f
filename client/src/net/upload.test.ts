import { createHash } from 'node:crypto'
import type { HttpRequest, HttpResponse, HttpStack } from 'tus-js-client'
import { type Parcel, sender } from './upload'

/** A tus server as the centre has it, with lines that can be cut or fall silent. */
class Tus implements HttpStack {
  readonly log: string[] = []
  stored = Buffer.alloc(0)
  /** Bytes of the next PATCH that arrive before the line is cut; null lets all through. */
  cutAfter: number | null = null
  silent = false
  spoil = false
  held = false
  /** Bytes that a request shows as gone while it hangs. */
  seen: number[] = []

  getName = () => 'fake'

  createRequest = (method: string, url: string): HttpRequest => {
    const headers: Record<string, string> = {}
    let progress: (sent: number) => void = () => undefined
    let abort: () => void = () => undefined
    return {
      getMethod: () => method,
      getURL: () => url,
      setHeader: (name, value) => (headers[name] = value),
      getHeader: (name) => headers[name],
      setProgressHandler: (handler) => (progress = handler),
      getUnderlyingObject: () => null,
      abort: async () => abort(),
      send: async (body?: unknown) => {
        const bytes = body instanceof Blob ? Buffer.from(await body.arrayBuffer()) : Buffer.alloc(0)
        this.log.push(`${method} ${headers['Upload-Offset'] ?? '-'} ${headers['Buxun-Replica']} ${headers['Buxun-Proof']}`)
        return new Promise<HttpResponse>((resolve, reject) => {
          abort = () => reject(new Error('aborted'))
          if (this.silent && method === 'PATCH') {
            this.seen.forEach((sent) => progress(sent))
            return
          }
          const answer = this.answer(method, headers, bytes)
          if (answer === null) reject(new Error('reset'))
          else resolve(answer)
        })
      },
    }
  }

  private answer(method: string, headers: Record<string, string>, bytes: Buffer): HttpResponse | null {
    const length = Number(headers['Upload-Length'] ?? this.length)
    if (method === 'POST') {
      if (this.held) return respond(409, this.receipt(), { code: 'photo.held' })
      this.length = length
      this.stored = Buffer.concat([this.stored, bytes])
      return respond(201, { Location: '/api/uploads/one', 'Upload-Offset': String(this.stored.length), ...this.done() })
    }
    if (method === 'HEAD') return respond(200, { 'Upload-Offset': String(this.stored.length), 'Upload-Length': String(this.length), ...this.done() })
    if (Number(headers['Upload-Offset']) !== this.stored.length) return respond(409, {}, { code: 'connection.replaced' })
    this.stored = Buffer.concat([this.stored, this.cutAfter === null ? bytes : bytes.subarray(0, this.cutAfter)])
    if (this.cutAfter !== null) {
      this.cutAfter = null
      return null
    }
    if (this.spoil) {
      this.stored = Buffer.alloc(0)
      return respond(460, {}, { code: 'photo.hashMismatch' })
    }
    return respond(204, { 'Upload-Offset': String(this.stored.length), ...this.done() })
  }

  length = 0

  private done(): Record<string, string> {
    return this.length > 0 && this.stored.length === this.length ? this.receipt() : {}
  }

  private receipt(): Record<string, string> {
    return { 'Buxun-Photo': this.stored.length === 0 ? hash : createHash('sha256').update(this.stored).digest('hex'), 'Buxun-Photo-State': 'here' }
  }
}

function respond(status: number, headers: Record<string, string>, body: unknown = {}): HttpResponse {
  return {
    getStatus: () => status, getHeader: (name: string) => headers[name], getBody: () => JSON.stringify(body), getUnderlyingObject: () => null,
  } as unknown as HttpResponse
}

const bytes = Uint8Array.from({ length: 5000 }, (_, i) => i % 251)
const hash = createHash('sha256').update(bytes).digest('hex')
const parcel = (fields: Partial<Parcel> = {}): Parcel => ({ hash, kind: 'original', bytes: bytes.buffer, replica: 'replica', proof: 'proof', url: '', ...fields })

function rig() {
  const tus = new Tus()
  const timers = new Set<() => void>()
  const urls: string[] = []
  const patience = new Set<number>()
  const send = sender((ms, ring) => {
    patience.add(ms)
    timers.add(ring)
    return () => timers.delete(ring)
  }, tus)
  const go = (one: Parcel, signal = new AbortController().signal) => send(one, { begun: (url) => urls.push(url), progress: () => undefined }, signal, 1000)
  return { tus, timers, patience, urls, go }
}

test('L7, L8: the receipt of a whole upload names the hash of the very bytes', async () => {
  const { tus, urls, go } = rig()
  expect(await go(parcel())).toEqual({ hash, state: 'here' })
  expect(Buffer.compare(tus.stored, bytes)).toBe(0)
  expect(urls).toEqual(['/api/uploads/one'])
  expect(tus.log).toEqual(['POST - replica proof', 'PATCH 0 replica proof'])
})

test('L8: cut in the middle, it goes on from what the server has', async () => {
  const { tus, urls, go } = rig()
  tus.cutAfter = 1234
  await expect(go(parcel())).rejects.toMatchObject({ code: 'offline' })
  expect(await go(parcel({ url: urls[0]! }))).toEqual({ hash, state: 'here' })
  expect(tus.log.map((line) => line.split(' ').slice(0, 2).join(' '))).toEqual(['POST -', 'PATCH 0', 'HEAD -', 'PATCH 1234'])
  expect(Buffer.compare(tus.stored, bytes)).toBe(0)
})

test('L8: what the server has is not sent again', async () => {
  const { tus, go } = rig()
  tus.held = true
  expect(await go(parcel())).toEqual({ hash, state: 'here' })
  expect(tus.log).toHaveLength(1)
})

test('L8: the whole file was there when the answer was lost: a look at it is the receipt', async () => {
  const { tus, go } = rig()
  tus.stored = Buffer.from(bytes)
  tus.length = bytes.length
  expect(await go(parcel({ url: '/api/uploads/one' }))).toEqual({ hash, state: 'here' })
  expect(tus.log.map((line) => line.split(' ')[0])).toEqual(['HEAD'])
})

test('L8: a line that fell silent is given up when nothing moved for its time', async () => {
  const { tus, timers, patience, go } = rig()
  tus.silent = true
  tus.seen = [100, 200]
  const sent = go(parcel())
  sent.catch(() => undefined)
  await vi.waitFor(() => expect(tus.log).toHaveLength(2))
  expect([timers.size, [...patience]]).toEqual([1, [1000]])
  for (const ring of timers) ring()
  await expect(sent).rejects.toMatchObject({ code: 'connection.silent' })
  expect(timers.size).toBe(0)
})

test('L7: bytes that came spoiled are no receipt, and the fault says to begin anew', async () => {
  const { tus, timers, go } = rig()
  tus.spoil = true
  await expect(go(parcel())).rejects.toMatchObject({ code: 'photo.hashMismatch' })
  expect(timers.size).toBe(0)
})

test('L8: success without an acknowledgement that names the hash is none', async () => {
  const { go } = rig()
  await expect(go(parcel({ hash: 'ab'.repeat(32) }))).rejects.toMatchObject({ code: 'photo.hashMismatch' })
})

test('a preview goes in one request', async () => {
  const { tus, go } = rig()
  expect(await go(parcel({ kind: 'preview' }))).toEqual({ hash, state: 'here' })
  expect(tus.log).toHaveLength(1)
})

test('stopped by its caller it ends at once', async () => {
  const { tus, go } = rig()
  tus.silent = true
  const stop = new AbortController()
  const sent = go(parcel(), stop.signal)
  sent.catch(() => undefined)
  await vi.waitFor(() => expect(tus.log).toHaveLength(2))
  stop.abort()
  await expect(sent).rejects.toMatchObject({ code: 'offline' })
})
