import { readdirSync, readFileSync, writeFileSync } from 'node:fs'

/** What the pages of one browser have in memory, in bytes, by what Linux says of its processes. */
export class Memory {
  /** @param profile the folder that the browser was started on */
  constructor(private readonly profile: string) {}

  /** Forgets what was the most so far. */
  forget(): void {
    for (const id of this.pages()) writeFileSync(`/proc/${id}/clear_refs`, '5')
  }

  /** The most that any page and its workers held since. */
  most(): number {
    const most = this.pages().map((id) => Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${id}/status`, 'utf8'))?.[1]) * 1024)
    if (most.length === 0) throw new Error(`no page runs on ${this.profile}`)
    return Math.max(...most)
  }

  private pages(): string[] {
    const found = processes()
    const ours = new Set(found.filter(({ words }) => words.includes(`--user-data-dir=${this.profile}`)).map(({ id }) => id))
    for (let before = 0; before !== ours.size; ) {
      before = ours.size
      for (const { id, parent } of found) if (ours.has(parent)) ours.add(id)
    }
    return found.filter(({ id, words }) => ours.has(id) && words.includes('--type=renderer')).map(({ id }) => id)
  }
}

function processes(): { id: string; parent: string; words: string }[] {
  return readdirSync('/proc').filter((name) => /^\d+$/.test(name)).flatMap((id) => {
    try {
      const parent = /PPid:\s+(\d+)/.exec(readFileSync(`/proc/${id}/status`, 'utf8'))?.[1] ?? ''
      return [{ id, parent, words: readFileSync(`/proc/${id}/cmdline`, 'utf8') }]
    } catch {
      return [] // it ended meanwhile
    }
  })
}
