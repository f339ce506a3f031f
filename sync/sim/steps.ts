// The line to the server's half: a Go process that answers one line with one line. Both pipes block, so that a run is
// one sequence of calls and needs no promises.

import { execFileSync, spawn } from 'node:child_process'
import { closeSync, existsSync, mkdtempSync, openSync, readSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Action, Case, Payload, Verdict } from '@shared/types.gen'
import type { Known } from '../wire/types.gen'

export interface Request {
  readonly op: 'reset' | 'open' | 'frame' | 'work' | 'bring' | 'tick' | 'gone' | 'commit' | 'result' | 'news' | 'push' | 'arrive' | 'enrol' | 'revoke' | 'move' | 'restart' | 'owed' | 'dump'
  readonly now?: number
  readonly conn?: number
  readonly work?: number
  readonly person?: string
  readonly text?: string
  readonly replica?: string
  readonly key?: string
  readonly squad?: string
  readonly role?: string
  readonly unit?: string
  readonly hash?: string
  readonly damaged?: boolean
  readonly people?: readonly { readonly id: string; readonly role: string; readonly squad: string; readonly unit?: string }[]
  readonly plant?: string
  readonly fail?: boolean
  readonly poison?: string
  readonly hold?: boolean
}

export interface Reply {
  readonly sends?: readonly { readonly conn: number; readonly text: string }[]
  readonly closes?: readonly { readonly conn: number; readonly code: number }[]
  readonly works?: readonly { readonly conn: number; readonly work: number }[]
  readonly done?: readonly { readonly conn: number; readonly work: number }[]
  readonly results?: readonly number[]
  readonly news?: readonly number[]
  readonly waiting?: number
  readonly changed?: readonly { readonly case: string; readonly squad: string; readonly reporter: string; readonly unit?: string }[]
  /** What the server's own replica has to do. */
  readonly owed?: readonly { readonly case: string; readonly action: Action; readonly payload: Payload }[]
  readonly dump?: Dump
  readonly error?: string
}

/** All that the server holds. */
export interface Dump {
  readonly now: number
  readonly head: number
  readonly rows: readonly Row[]
  readonly cases: readonly { readonly seq: number; readonly case: Case }[]
  /** The cases that a unit has, as it may see them. */
  readonly told: readonly Case[]
  readonly gaps: readonly { readonly replica: string; readonly from: number; readonly to: number }[]
  readonly known: readonly Known[]
  readonly made: Readonly<Record<string, number>>
}

export interface Row {
  readonly replica: string
  readonly counter: number
  readonly hash: string
  readonly text: string
  readonly verdict: Verdict
  readonly seq: number
  readonly revision: number
}

export class Steps {
  /** How many lines went to the server's half. */
  calls = 0
  private readonly to: number
  private readonly from: number
  private readonly chunk = Buffer.allocUnsafe(1 << 20)

  constructor(binary: string) {
    if (!existsSync(binary)) throw new Error(`${binary} is missing: make bin/steps`)
    const folder = mkdtempSync(join(tmpdir(), 'buxun-sim-'))
    const names = [join(folder, 'to'), join(folder, 'from')] as const
    execFileSync('mkfifo', names)
    // Opened for both directions first: one direction alone would wait for its other end.
    const both = names.map((name) => openSync(name, 'r+'))
    const theirs = [openSync(names[0], 'r'), openSync(names[1], 'w')] as const
    this.to = openSync(names[0], 'w')
    this.from = openSync(names[1], 'r')
    spawn(binary, [], { stdio: [...theirs, 'inherit'] }).unref()
    for (const end of [...both, ...theirs]) closeSync(end)
    rmSync(folder, { recursive: true })
  }

  call(request: Request): Reply {
    this.calls++
    writeAll(this.to, Buffer.from(`${JSON.stringify(request)}\n`))
    const reply = JSON.parse(this.line()) as Reply
    if (reply.error !== undefined) throw new Error(`${request.op}: ${reply.error}`)
    return reply
  }

  close(): void {
    closeSync(this.to)
    closeSync(this.from)
  }

  private line(): string {
    const parts: Buffer[] = []
    for (;;) {
      const count = readSync(this.from, this.chunk)
      if (count === 0) throw new Error('the server half ended')
      const part = this.chunk.subarray(0, count)
      if (part[count - 1] === 0x0a && parts.length === 0) return part.toString('utf8', 0, count - 1)
      parts.push(Buffer.from(part))
      if (part[count - 1] === 0x0a) return Buffer.concat(parts).toString('utf8')
    }
  }
}

function writeAll(to: number, bytes: Buffer): void {
  for (let at = 0; at < bytes.length; ) at += writeSync(to, bytes, at)
}
