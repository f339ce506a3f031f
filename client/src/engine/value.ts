/** A value that may be watched: what the engine tells the screens' side without knowing how it shows. */
export class Value<T> {
  private readonly watchers = new Set<(value: T) => void>()

  constructor(private held: T) {}

  get value(): T {
    return this.held
  }

  set value(next: T) {
    if (Object.is(next, this.held)) return
    this.held = next
    for (const watcher of this.watchers) watcher(next)
  }

  /** Calls with the value now and with each later one; returns the end of it. */
  watch(watcher: (value: T) => void): () => void {
    watcher(this.held)
    this.watchers.add(watcher)
    return () => this.watchers.delete(watcher)
  }
}
