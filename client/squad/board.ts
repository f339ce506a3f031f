// What a person sees while a run goes on: one block that is written over itself; a line now and then where there is no screen.

import { spreadOf } from './figures'
import { shiftMs } from './plan'
import type { Progress } from './run'

const lineEveryMs = 10_000

/** @param out where it is written; a terminal is written over */
export function board(out: NodeJS.WriteStream): { readonly show: (state: Progress) => void; readonly end: () => void } {
  let lines = 0
  let last = -Infinity
  const show = (state: Progress) => {
    const rows = rowsOf(state)
    if (out.isTTY) {
      if (lines > 0) out.write(`\x1b[${lines}A`)
      out.write(rows.map((row) => `\x1b[2K${row}\n`).join(''))
      lines = rows.length
    } else if (performance.now() - last > lineEveryMs) {
      out.write(`${rows.map((row) => row.trim()).join(' · ')}\n`)
      last = performance.now()
    }
  }
  return { show, end: () => (lines = 0) }
}

function rowsOf({ stage, at, members, told, uploadMs, readBack, violations }: Progress): string[] {
  const online = members.filter(({ presence }) => presence.online).length
  const originals = [...told.taken.values()].filter(({ kind }) => kind === 'original')
  const here = originals.filter(({ hash }) => told.receipts.has(hash))
  const megabytes = [...told.taken.values()].reduce((sum, { hash, bytes }) => sum + (told.receipts.has(hash) ? bytes : 0), 0) / 1e6
  const took = [...told.saved].flatMap(([key, saved]) => {
    const answer = told.answers.get(key)
    return answer === undefined ? [] : [answer.at - saved.at]
  })
  const { p50, p95 } = spreadOf(took)
  const seen = [...told.saved.keys()].filter((key) => told.seen.has(key))
  const reconnects = members.reduce((sum, { ear }) => sum + Math.max(0, ear.opened - 1), 0)
  return [
    `${stage}${stage === 'shift' ? ` ${clock(at)}, ${Math.round((at / shiftMs) * 100)} %` : ''}${stage === 'reading back' ? ` ${readBack} of ${told.receipts.size} files` : ''}`,
    `  phones       ${members.length}, ${online} on line, ${reconnects} reconnects`,
    `  operations   ${told.saved.size} saved, ${told.answers.size} acknowledged, ${seen.length} seen by a leader`,
    `  photographs  ${originals.length} taken, ${here.length} acknowledged, ${megabytes.toFixed(1)} MB${uploadMs > 0 ? `, ${(megabytes / (uploadMs / 1000)).toFixed(2)} MB/s` : ''}`,
    `  saved to acknowledged, off line and all: p50 ${ms(p50)}, p95 ${ms(p95)}${violations > 0 ? `; ${violations} THINGS WRONG` : ''}`,
  ]
}

/** The time of the shift's day. */
function clock(at: number): string {
  const minutes = 7 * 60 + 30 + Math.floor(at / 60_000)
  return `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`
}

export function ms(n: number | null): string {
  return n === null ? '–' : n < 10_000 ? `${n} ms` : `${(n / 1000).toFixed(1)} s`
}
