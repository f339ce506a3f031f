/** When a phone was on line: its line good and its conversation live. What was measured while it was not says nothing. */
export class Presence {
  private readonly spells: { readonly from: number; to: number }[] = []
  private good = true
  private live = false

  constructor(private readonly now: () => number) {}

  get online(): boolean {
    return this.good && this.live
  }

  line(good: boolean): void {
    this.good = good
    this.note()
  }

  conversation(live: boolean): void {
    this.live = live
    this.note()
  }

  /** Whether it was on line from the one moment to the other. */
  throughout(from: number, to: number): boolean {
    return this.spells.some((spell) => spell.from <= from && to <= spell.to)
  }

  private note(): void {
    const open = this.spells.find(({ to }) => to === Infinity)
    if (this.online && open === undefined) this.spells.push({ from: this.now(), to: Infinity })
    if (!this.online && open !== undefined) open.to = this.now()
  }
}
