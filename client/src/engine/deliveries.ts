// Photographs on their way: previews of all records before any original (L9), resumed where they were cut (L8), tried again
// for ever, let go only when the server named their hash. Photographs of other people of this phone go likewise.

import { Fault, faultCode } from '@shared/fault'
import { uploadText } from '@shared/body'
import { delay } from '@sync/replica/backoff'
import { noteUpload, openFile, photosToSend } from '../db/photos'
import { keepHeld } from '../db/receipts'
import { findReplica } from '../db/replicas'
import type { PhotoRow } from '../db/rows'
import type { Store } from '../db/store'
import type { Send } from '../net/upload'
import { sign } from './signature'
import type { World } from './world'

export interface DeliveryPorts {
  readonly store: Store
  readonly world: World
  readonly send: Send
  /** Whether records are on their way that originals let go first. */
  readonly pushing: () => boolean
  /** The server no longer knows the session. */
  readonly expired: () => void
  readonly failed: (fault: string | null) => void
}

/** Two small ones at a time, one large one. */
const lanes = 2
const stallMs = 15_000

interface Rest {
  readonly until: number
  readonly failures: number
  /** Times the line fell silent since bytes last moved. */
  readonly stalls: number
}

export class Deliveries {
  private running = false
  private readonly flights = new Map<string, { readonly row: PhotoRow; readonly abort: AbortController }>()
  private readonly rests = new Map<string, Rest>()
  private alarm: () => void = () => undefined
  private turning: Promise<void> | null = null
  private again = false

  constructor(private readonly ports: DeliveryPorts) {}

  start(): void {
    this.running = true
    this.wake()
  }

  stop(): void {
    this.running = false
    this.alarm()
    for (const { abort } of this.flights.values()) abort.abort()
    this.flights.clear()
  }

  /** On line, visible, a tap, a conversation: try now what rests. */
  wake(): void {
    for (const [hash, rest] of this.rests) this.rests.set(hash, { ...rest, until: 0 })
    this.look()
  }

  /** Looks for what may go. */
  look(): void {
    this.again = true
    this.turning ??= this.turn().finally(() => {
      this.turning = null
    })
  }

  /** Hashes of what is being sent now. */
  underway(): ReadonlySet<string> {
    return new Set([...this.flights.values()].map(({ row }) => row.hash))
  }

  private async turn(): Promise<void> {
    while (this.again) {
      this.again = false
      if (!this.running) return
      const rows = await photosToSend(this.ports.store).catch(() => [])
      for (let next = this.next(rows); next !== undefined; next = this.next(rows)) this.dispatch(next)
      this.setAlarm()
    }
  }

  /** The next that may go; previews first, and nothing large while a preview or a record is on its way. */
  private next(rows: readonly PhotoRow[]): PhotoRow | undefined {
    const flying = [...this.flights.values()].map(({ row }) => row)
    if (!this.running || flying.length >= lanes) return undefined
    const now = this.ports.world.steady()
    const ready = rows.find((row) => !this.flights.has(keyOf(row)) && (this.rests.get(keyOf(row))?.until ?? 0) <= now)
    if (ready === undefined || ready.kind === 'preview') return ready
    return flying.length > 0 || this.ports.pushing() ? undefined : ready
  }

  private dispatch(row: PhotoRow): void {
    const abort = new AbortController()
    const key = keyOf(row)
    this.flights.set(key, { row, abort })
    void this.deliver(row, abort.signal)
      .then(() => {
        this.rests.delete(key)
        this.ports.failed(null)
      })
      .catch((error: unknown) => this.rest(row, error))
      .finally(() => {
        if (this.flights.get(key)?.abort === abort) this.flights.delete(key)
        this.look()
      })
  }

  private async deliver(row: PhotoRow, signal: AbortSignal): Promise<void> {
    const { store, send } = this.ports
    const { person, hash, kind, replica, url } = row
    const [file, author] = await Promise.all([openFile(store, person, hash), findReplica(store, replica)])
    if (file === null || author === undefined) throw new Fault('photo.notHere', `photo ${hash} is gone from the phone`)
    const proof = await sign(author.keys, uploadText(hash))
    const patience = stallMs * 2 ** Math.min(this.rests.get(keyOf(row))?.stalls ?? 0, 3)
    const tracking = {
      begun: (at: string) => void noteUpload(store, person, hash, at).catch(() => undefined),
      progress: (sent: number) => {
        const rest = this.rests.get(keyOf(row))
        if (sent > 0 && rest !== undefined) this.rests.set(keyOf(row), { ...rest, failures: 0 })
      },
    }
    const receipt = await send({ hash, kind, bytes: file.bytes, replica, proof, url }, tracking, signal, patience)
    if (receipt.state === 'damaged') await keepHeld(store, person, [], [receipt.hash])
    else await keepHeld(store, person, [receipt.hash], [])
  }

  private async rest(row: PhotoRow, error: unknown): Promise<void> {
    const { store, world } = this.ports
    const code = faultCode(error)
    if (code === 'session.missing') this.ports.expired()
    if (code === 'storage.full') this.ports.failed(code)
    if (code === 'photo.hashMismatch') await noteUpload(store, row.person, row.hash, '').catch(() => undefined)
    const { failures, stalls } = this.rests.get(keyOf(row)) ?? { failures: 0, stalls: 0 }
    const silent = code === 'connection.silent'
    const wait = silent ? 0 : delay(failures, world.random)
    this.rests.set(keyOf(row), { until: world.steady() + wait, failures: silent ? failures : failures + 1, stalls: silent ? stalls + 1 : 0 })
  }

  /** Wakes when the first of those that rest may be tried again. */
  private setAlarm(): void {
    this.alarm()
    const now = this.ports.world.steady()
    const due = [...this.rests.values()].map(({ until }) => until).filter((until) => until > now)
    this.alarm = due.length > 0 ? this.ports.world.after(Math.min(...due) - now, () => this.look()) : () => undefined
  }
}

function keyOf({ person, hash }: PhotoRow): string {
  return `${person} ${hash}`
}
