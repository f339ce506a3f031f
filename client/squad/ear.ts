// Stands between a phone's engine and its socket and uploads: hears what the phone is told, and makes the mishaps that no
// weather makes. It changes nothing of what it lets through.

import type { Frame } from '@sync/wire/types.gen'
import type { OpenSocket } from '../src/net/socket'
import type { Send } from '../src/net/upload'
import type { Line } from './line'
import type { Meter } from './meter'
import type { Mishap } from './plan'
import type { UploadMishap } from './site'
import type { Told } from './told'

/** Bytes of a photograph that get through before it is cut. */
const cutPhotoAfter = 60_000

export class Ear {
  /** Frames since it was last cleared, by direction and type. */
  readonly frames = new Map<string, number>()
  /** Conversations that began. */
  opened = 0
  private readonly armed = new Set<Mishap>()

  constructor(
    private readonly told: Told,
    private readonly now: () => number,
    private readonly uploading: Meter,
  ) {}

  /** It happens once, when next there is something for it to happen to. */
  arm(mishap: Mishap): void {
    this.armed.add(mishap)
  }

  disarm(): void {
    this.armed.clear()
  }

  readonly wrapSocket = (open: OpenSocket, line: Line): OpenSocket => (listener) => {
    const socket = open({
      ...listener,
      opened: () => {
        this.opened++
        listener.opened()
      },
      heard: (text) => {
        const frame = JSON.parse(text) as Frame
        this.count(`down ${frame.t}`)
        if (frame.t === 'ack') {
          if (this.armed.delete('loseAck')) return line.cut()
          for (const answer of frame.answers) this.told.acknowledge(frame.replica, answer, this.now())
        }
        // The receipt of a photograph whose acknowledgement was lost (R38).
        if (frame.t === 'held') for (const hash of frame.here) this.told.receive(hash, { state: 'here', at: this.now() })
        listener.heard(text)
      },
    })
    return {
      send: (text) => {
        const { t } = JSON.parse(text) as Frame
        this.count(`up ${t}`)
        socket.send(text)
        if (t === 'push' && this.armed.delete('cutPush')) line.cut()
      },
      close: () => socket.close(),
    }
  }

  readonly wrapSend = (send: Send): Send => async (parcel, ...rest) => {
    this.uploading.begin()
    try {
      const receipt = await send(parcel, ...rest)
      this.told.receive(receipt.hash, { state: receipt.state, at: this.now() })
      return receipt
    } finally {
      this.uploading.end()
    }
  }

  readonly mishap: UploadMishap = {
    sending: (method, sent) => method === 'PATCH' && sent >= cutPhotoAfter && this.armed.delete('cutPhoto'),
    answered: (method) => method !== 'HEAD' && this.armed.delete('losePhotoAck'),
  }

  private count(what: string): void {
    this.frames.set(what, (this.frames.get(what) ?? 0) + 1)
  }
}
