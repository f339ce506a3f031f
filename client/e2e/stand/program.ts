import { spawn, type ChildProcess } from 'node:child_process'
import { createWriteStream, mkdirSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import path from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

export const root = fileURLToPath(new URL('../../../', import.meta.url))
const logs = path.join(root, '.stamps', 'e2e')

/** A child process whose output goes to a file of its own, and that dies with the tests. */
export class Program {
  private child: ChildProcess | null = null
  private readonly onExit = () => this.child?.kill('SIGKILL')

  constructor(private readonly name: string, private readonly command: string, private readonly args: readonly string[]) {}

  start(): void {
    mkdirSync(logs, { recursive: true })
    const log = createWriteStream(path.join(logs, `${this.name}.log`), { flags: 'a' })
    this.child = spawn(this.command, this.args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] })
    this.child.stdout?.pipe(log, { end: false })
    this.child.stderr?.pipe(log, { end: false })
    process.once('exit', this.onExit)
  }

  /** Ends the process and resolves when it is gone. */
  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    const child = this.child
    this.child = null
    process.removeListener('exit', this.onExit)
    if (!child || child.exitCode !== null || child.signalCode !== null) return
    const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()))
    child.kill(signal)
    await gone
  }
}

/** A port that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise<void>((resolve) => server.close(() => resolve()))
  return port
}

/** Asks again until the answer is there; errs with what was asked when the time is up. */
export async function until<T>(what: string, ask: () => Promise<T | null | undefined | false>, within = 30_000): Promise<T> {
  const end = Date.now() + within
  let last: unknown = null
  for (;;) {
    try {
      const answer = await ask()
      if (answer !== null && answer !== undefined && answer !== false) return answer
    } catch (error) {
      last = error
    }
    if (Date.now() > end) throw new Error(`waited ${within} ms for ${what}${last ? `: ${String(last)}` : ''}`)
    await pause(50)
  }
}

/** As long as anybody looks at a case before deciding it: the second tap of a double tap decides nothing. */
export async function aGlance(): Promise<void> {
  const end = Date.now() + 600
  await until('a glance', async () => Date.now() > end, 5000)
}

/** What a person cannot be asked to wait for: what was typed longer ago than this is stored (L1). */
export async function aMoment(): Promise<void> {
  const end = Date.now() + 1000
  await until('a moment to pass', async () => Date.now() > end, 5000)
}
