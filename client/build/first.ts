import { join } from 'node:path'
import type { Rolldown } from 'vite'

const first = new Set<string>()

/** The modules that the page's entry imports without waiting. */
export function firstOf(graph: Rolldown.ChunkingContext): ReadonlySet<string> {
  if (first.size > 0) return first
  const wanted = [join(import.meta.dirname, '../src/main.ts')]
  for (let id = wanted.pop(); id !== undefined; id = wanted.pop()) {
    if (first.has(id)) continue
    first.add(id)
    wanted.push(...(graph.getModuleInfo(id)?.importedIds ?? []))
  }
  return first
}
