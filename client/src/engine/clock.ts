// The device's clock, and what is known of its error. The wall clock may be set while the app runs; the steady one tells.

import type { Anchor, DeviceTime } from '@shared/types.gen'
import type { World } from './world'

/** What is remembered of the clock from one page life to the next. */
export interface Measured {
  /** Server minus device, ms, within ± bound. */
  readonly offset: number
  readonly bound: number
  readonly anchor: Anchor | null
}

/** A difference between the two clocks that is no mere drift. */
const jumpMs = 2_000

export class Clock {
  /** Wall minus steady clock, as of the last agreement. */
  private base: number
  private measured: Measured | null = null
  private fresh = false

  constructor(private readonly world: World) {
    this.base = world.wall() - world.steady()
  }

  /** What an earlier life of the page knew: good as a guess, no longer fresh. */
  recall(measured: Measured | null): void {
    if (this.measured === null) this.measured = measured
  }

  /** Milliseconds since 1970 UTC by the device: they grow evenly whatever happens to the wall clock. */
  now(): number {
    this.look()
    return Math.round(this.base + this.world.steady())
  }

  /** The server's clock was measured against now(). */
  measure(offset: number, bound: number, anchor?: Anchor): Measured {
    this.look()
    this.measured = { offset, bound, anchor: anchor ?? this.measured?.anchor ?? null }
    this.fresh = true
    return this.measured
  }

  /** The server's clock minus the device's as it stands, as far as it was ever measured: what limits are told by. */
  skew(): number {
    return this.measured === null ? 0 : this.now() + this.measured.offset - this.world.wall()
  }

  anchor(): Anchor | null {
    return this.measured?.anchor ?? null
  }

  /** What an operation says of its time: the wall clock as it stands, and its error as far as it is known. */
  stamp(): DeviceTime {
    const now = this.now()
    const device = Math.round(this.world.wall())
    if (this.measured === null) return { device }
    const { offset, bound } = this.measured
    return { device, offset: now + offset - device, ...(bound > 0 && { bound }), ...(this.fresh && { fresh: true }) }
  }

  /**
   * A wall clock ahead of the steady one was set, or the device slept with the steady one standing still: nobody can tell,
   * so it is followed, and what was measured is no longer fresh. One behind was set back: the steady clock goes on.
   */
  private look(): void {
    const jump = this.world.wall() - this.world.steady() - this.base
    if (jump <= jumpMs) return
    this.base += jump
    this.fresh = false
  }
}
