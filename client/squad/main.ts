// `make simulate`: reads what was asked, starts a server where none is named, runs, tells, and says by its exit code whether
// everything that was acknowledged is there once and unaltered.

import { mkdirSync, writeFileSync } from 'node:fs'
import { arch, cpus, totalmem } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { openAlbum } from './album'
import { board, ms } from './board'
import type { Figures, Spread } from './figures'
import { readGround } from './ground'
import { run } from './run'
import { OwnServer } from './server'

const root = fileURLToPath(new URL('../../', import.meta.url))
/** How many things that are wrong are told; the file has all. */
const told = 20

export async function main(): Promise<number> {
  const asked = {
    phones: number('PHONES', 50, 1), minutes: number('MINUTES', 10, 0.05), seed: number('SEED', 1, 0), records: number('RECORDS', 6, 1),
  }
  const out = path.resolve(root, process.env.OUT || '.stamps/simulate.json')
  const named = process.env.SERVER ?? ''
  const own = named === '' ? new OwnServer(root) : null
  const screen = board(process.stdout)
  try {
    if (process.env.MONTH) await own?.run('demo', 'month', '--seed', String(asked.seed))
    const origin = own === null ? new URL(named) : await own.start()
    process.stdout.write(`${asked.phones} collectors' phones, a shift of seven hours in ${asked.minutes} minutes, seed ${asked.seed}, ${origin.origin}\n`)
    const began = performance.now()
    const { figures, violations } = await run({
      ...asked, origin, ground: readGround(root), album: openAlbum(root), password: process.env.PASSWORD || 'buxun-demo-2026', progress: screen.show,
    })
    screen.end()
    const { rss } = process.memoryUsage()
    const machine = { cpu: cpus()[0]?.model ?? arch(), cores: cpus().length, memoryGB: Math.round(totalmem() / 1e9), node: process.version }
    const result = { ...asked, server: named === '' ? 'own' : origin.origin, seconds: Math.round((performance.now() - began) / 1000), machine, rssMB: Math.round(rss / 1e6), figures, violations }
    mkdirSync(path.dirname(out), { recursive: true })
    writeFileSync(out, `${JSON.stringify(result, null, 2)}\n`)
    process.stdout.write(summaryOf(figures, violations, out))
    return violations.length === 0 ? 0 : 1
  } finally {
    screen.end()
    if (process.env.KEEP) process.stdout.write(`the server's data is kept in ${own?.data ?? named}\n`)
    else await own?.remove()
    await own?.stop()
  }
}

/** @throws Error that says what was wrong */
function number(name: string, usual: number, least: number): number {
  const text = process.env[name] ?? ''
  const value = text === '' ? usual : Number(text)
  if (!Number.isFinite(value) || value < least) throw new Error(`${name}=${text}: a number of at least ${least} is wanted`)
  return value
}

function summaryOf(f: Figures, violations: readonly string[], out: string): string {
  const spread = (name: string, { n, p50, p95, p99, most }: Spread) => `  ${name.padEnd(52)} p50 ${ms(p50)}, p95 ${ms(p95)}, p99 ${ms(p99)}, at most ${ms(most)} (${n})`
  return [
    '',
    `  ${f.phones} collectors and ${f.leaders} leaders saved ${f.operations.saved} operations: ${Object.entries(f.saved).map(([action, n]) => `${n} ${action}`).join(', ')}`,
    `  ${f.operations.acknowledged} acknowledged: ${f.operations.applied} applied, ${f.operations.late} late, ${f.operations.refused} refused`,
    `  ${f.photographs.taken} photographs taken, ${f.photographs.acknowledged} acknowledged; ${f.photographs.megabytes} MB at ${f.photographs.megabytesPerSecond ?? 0} MB/s while any was on its way`,
    `  ${f.conversations} conversations, ${f.reconnects} reconnects`,
    spread('saved to acknowledged, on line', f.savedToAcknowledgedOnline),
    spread('saved to acknowledged, all', f.savedToAcknowledgedAll),
    spread("acknowledged to shown on the leader's phone, on line", f.acknowledgedToSeenByLeader),
    spread('photograph taken to acknowledged, on line', f.photographToAcknowledgedOnline),
    '',
    ...(violations.length === 0
      ? ['  Everything that was acknowledged is there once, unaltered, and every phone shows the same.']
      : [`  ${violations.length} THINGS ARE WRONG:`, ...violations.slice(0, told).map((one) => `  - ${one}`), ...(violations.length > told ? ['  …'] : [])]),
    `  ${out}`,
    '',
  ].join('\n')
}
