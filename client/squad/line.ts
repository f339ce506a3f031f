// One phone's way to the server: real TCP connections that can be refused, cut, silenced and slowed. It knows nothing of
// what goes over it.

import { connect as connectTcp, type Socket } from 'node:net'
import { Duplex } from 'node:stream'
import { connect as connectTls } from 'node:tls'

/** How the line is. The empty one is good. */
export interface Weather {
  /** Nothing new gets through. */
  readonly off?: boolean
  /** What is sent either way waits, and no end reaches the other: the half-open link of a real phone. */
  readonly silent?: boolean
  /** Each connection and direction; absent: as fast as it goes. */
  readonly bytesPerSecond?: number
  /** Added to every piece, each way. */
  readonly latencyMs?: number
}

/** A slow line flows in small pieces, so that a cut finds it in the middle of something. */
const pieceBytes = 4096

export class Line {
  private weather: Weather = {}
  private readonly wires = new Set<Wire>()

  constructor(private readonly origin: URL) {}

  /** A connection to the server; it fails by the stream's error as a socket does. */
  connect(): Duplex {
    const wire = new Wire(this.weather, this.weather.off === true ? null : connectTcp(portOf(this.origin), this.origin.hostname))
    this.wires.add(wire)
    wire.once('close', () => this.wires.delete(wire))
    return this.origin.protocol === 'https:' ? connectTls({ socket: wire, servername: this.origin.hostname, ALPNProtocols: ['http/1.1'] }) : wire
  }

  get now(): Weather {
    return this.weather
  }

  /** Holds for open connections too. With `off` they go on until they are cut. */
  become(weather: Weather): void {
    this.weather = weather
    for (const wire of this.wires) wire.become(weather)
  }

  /** Resets what is open. */
  cut(): void {
    for (const wire of this.wires) wire.cut()
  }
}

function portOf({ port, protocol }: URL): number {
  return port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port)
}

function fault(code: string): Error {
  return Object.assign(new Error(`the line: ${code}`), { code })
}

/** One connection through the line. */
class Wire extends Duplex {
  private readonly up: Way
  private readonly down: Way

  constructor(weather: Weather, private readonly socket: Socket | null) {
    super()
    this.up = new Way(weather)
    this.down = new Way(weather)
    if (socket === null) {
      process.nextTick(() => this.destroy(fault('ECONNREFUSED')))
      return
    }
    socket.setNoDelay(true)
    socket.on('connect', () => this.emit('connect'))
    socket.on('data', (chunk: Buffer) => this.down.carry(chunk, (piece) => this.arrived(socket, piece)))
    socket.on('end', () => this.down.then(() => this.push(null)))
    socket.on('error', (error) => this.destroy(error))
    socket.on('close', () => this.down.then(() => this.destroy()))
  }

  become(weather: Weather): void {
    this.up.become(weather)
    this.down.become(weather)
  }

  cut(): void {
    this.socket?.resetAndDestroy()
    this.destroy(fault('ECONNRESET'))
  }

  private arrived(socket: Socket, piece: Buffer): void {
    if (!this.push(piece)) socket.pause()
  }

  override _read(): void {
    this.socket?.resume()
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error) => void): void {
    const { socket } = this
    if (socket === null) return done(fault('ECONNREFUSED'))
    this.up.carry(chunk, (piece) => {
      if (!socket.destroyed) socket.write(piece)
    })
    // Node gives the next piece when this one is on its way: what was "sent" has left the phone.
    this.up.then(() => done())
  }

  override _final(done: (error?: Error) => void): void {
    this.up.then(() => {
      this.socket?.end()
      done()
    })
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.up.stop()
    this.down.stop()
    this.socket?.destroy()
    done(error)
  }

  /** What HTTP asks of a socket and a bare stream has not. */
  setNoDelay(): this {
    return this
  }
  setKeepAlive(): this {
    return this
  }
  setTimeout(): this {
    return this
  }
  ref(): this {
    return this
  }
  unref(): this {
    return this
  }
}

interface Parcel {
  readonly due: number
  readonly deliver: () => void
}

/** One direction of a connection: first in, first out, each piece when it is due. */
class Way {
  private readonly parcels: Parcel[] = []
  private lastDue = 0
  private timer: NodeJS.Timeout | null = null

  constructor(private weather: Weather) {}

  carry(chunk: Buffer, deliver: (piece: Buffer) => void): void {
    const size = this.slow() ? pieceBytes : chunk.length
    for (let at = 0; at < chunk.length; at += size) {
      const piece = chunk.subarray(at, at + size)
      this.queue(piece.length, () => deliver(piece))
    }
  }

  /** Calls back behind everything that is on its way. */
  then(done: () => void): void {
    this.queue(0, done)
  }

  become(weather: Weather): void {
    this.weather = weather
    this.flow()
  }

  stop(): void {
    this.parcels.length = 0
    if (this.timer !== null) clearTimeout(this.timer)
  }

  private slow(): boolean {
    return (this.weather.bytesPerSecond ?? 0) > 0 || (this.weather.latencyMs ?? 0) > 0
  }

  private queue(bytes: number, deliver: () => void): void {
    const { bytesPerSecond = Infinity, latencyMs = 0 } = this.weather
    const due = Math.max(this.lastDue, bytes === 0 ? 0 : performance.now() + latencyMs) + (bytes / bytesPerSecond) * 1000
    this.lastDue = due
    this.parcels.push({ due, deliver })
    this.flow()
  }

  private flow(): void {
    if (this.timer !== null) clearTimeout(this.timer)
    this.timer = null
    while (!this.weather.silent) {
      const [first] = this.parcels
      if (first === undefined) return
      const wait = first.due - performance.now()
      if (wait > 0) {
        this.timer = setTimeout(() => this.flow(), wait)
        return
      }
      this.parcels.shift()
      first.deliver()
    }
  }
}
