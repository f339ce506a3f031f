interface Alarm {
  readonly at: number
  readonly order: number
  readonly ring: () => void
}

/** The one clock of a run: nothing happens but what was put on it, in order of time, then of being put there. */
export class Clock {
  now: number
  private order = 0
  private readonly heap: Alarm[] = []

  constructor(now: number) {
    this.now = now
  }

  after(ms: number, ring: () => void): void {
    this.at(this.now + Math.max(0, ms), ring)
  }

  at(at: number, ring: () => void): void {
    const alarm = { at: Math.max(at, this.now), order: this.order++, ring }
    this.heap.push(alarm)
    this.up(this.heap.length - 1)
  }

  /** Lets time pass until an instant. */
  run(until: number): void {
    for (let first = this.heap[0]; first !== undefined && first.at <= until; first = this.heap[0]) {
      this.pop()
      this.now = first.at
      first.ring()
    }
    this.now = until
  }

  private pop(): void {
    const last = this.heap.pop()
    if (last === undefined || this.heap.length === 0) return
    this.heap[0] = last
    this.down(0)
  }

  private up(i: number): void {
    const parent = (i - 1) >> 1
    if (i === 0 || !this.swapIfEarlier(i, parent)) return
    this.up(parent)
  }

  private down(i: number): void {
    const left = 2 * i + 1
    const right = left + 1
    const least = right < this.heap.length && this.earlier(right, left) ? right : left
    if (least < this.heap.length && this.swapIfEarlier(least, i)) this.down(least)
  }

  private swapIfEarlier(child: number, parent: number): boolean {
    if (!this.earlier(child, parent)) return false
    const a = this.heap[child] as Alarm
    this.heap[child] = this.heap[parent] as Alarm
    this.heap[parent] = a
    return true
  }

  private earlier(i: number, j: number): boolean {
    const a = this.heap[i] as Alarm
    const b = this.heap[j] as Alarm
    return a.at < b.at || (a.at === b.at && a.order < b.order)
  }
}
