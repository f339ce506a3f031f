/** The shift's clock: hours of it pass in minutes. Only people and weather go by it; phones and server keep real time. */
export class Shift {
  private begun = 0
  private over = false
  private readonly timers = new Set<NodeJS.Timeout>()
  private readonly running = new Set<Promise<void>>()

  /**
   * @param factor milliseconds of the shift in a real one
   * @param failed told of work that threw
   */
  constructor(
    readonly factor: number,
    private readonly failed: (error: unknown) => void,
  ) {}

  begin(): void {
    this.begun = performance.now()
  }

  /** Milliseconds since the shift began. */
  now(): number {
    return (performance.now() - this.begun) * this.factor
  }

  at(ms: number, work: () => Promise<void> | void): void {
    if (this.over) return
    const timer = setTimeout(() => {
      this.timers.delete(timer)
      const done: Promise<void> = Promise.resolve().then(work).catch(this.failed).finally(() => this.running.delete(done))
      this.running.add(done)
    }, Math.max(0, ms - this.now()) / this.factor)
    this.timers.add(timer)
  }

  after(ms: number, work: () => Promise<void> | void): void {
    this.at(this.now() + ms, work)
  }

  /** Nothing new begins; resolves when what had begun is done. */
  async end(): Promise<void> {
    this.over = true
    for (const timer of this.timers) clearTimeout(timer)
    this.timers.clear()
    while (this.running.size > 0) await Promise.all(this.running)
  }
}
