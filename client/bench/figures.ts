import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { root } from '../e2e/stand/program'

/** One measured figure, as bench/README.md describes it. */
export interface Figure {
  readonly ours: number
  readonly peer?: number
  readonly unit: string
  readonly ratio?: number
  readonly note: string
}

/** Short runs show that the measure works and are not to be quoted. */
export const quick = process.env.BENCH_QUICK !== undefined

/** Leaves what a program measured where `make bench` gathers it. */
export function leave(program: string, figures: Readonly<Record<string, Figure>>): void {
  const folder = path.join(root, 'bench/.out')
  mkdirSync(folder, { recursive: true })
  writeFileSync(path.join(folder, `${program}.json`), `${JSON.stringify(figures, null, 2)}\n`)
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  const [low = NaN, high = NaN] = [sorted[sorted.length % 2 === 1 ? middle : middle - 1], sorted[middle]]
  return (low + high) / 2
}

/** The figure of two interleaved series, of their medians. */
export function against(ours: readonly number[], peer: readonly number[], unit: string, note: string): Figure {
  const [a, b] = [median(ours), median(peer)]
  return { ours: round(a), peer: round(b), unit, ratio: a / b, note }
}

function round(value: number): number {
  return Math.round(value * 10) / 10
}
