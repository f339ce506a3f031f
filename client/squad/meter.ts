/** How long at least one of something was under way. */
export class Meter {
  private underway = 0
  private since = 0
  private sum = 0

  constructor(private readonly now: () => number) {}

  begin(): void {
    if (this.underway++ === 0) this.since = this.now()
  }

  end(): void {
    if (--this.underway === 0) this.sum += this.now() - this.since
  }

  get ms(): number {
    return this.sum + (this.underway > 0 ? this.now() - this.since : 0)
  }
}
