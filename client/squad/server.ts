// The server that a run starts for itself: the real program with demo data in a folder of its own.

import { spawn, type ChildProcess } from 'node:child_process'
import { createWriteStream, existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createInterface } from 'node:readline'

const startMs = 60_000

export class OwnServer {
  readonly data = mkdtempSync(path.join(tmpdir(), 'buxun-squad-'))
  private child: ChildProcess | null = null
  private readonly onExit = () => this.child?.kill('SIGKILL')

  /** @param root the repository's, where bin/buxun was built */
  constructor(private readonly root: string) {}

  /** Runs one command of the program on the data, such as filling it, and resolves when it is done. */
  async run(...args: readonly string[]): Promise<void> {
    const child = spawn(this.program(), [...args, '--data', this.data], { stdio: ['ignore', 'ignore', 'inherit'] })
    const code = await new Promise<number | null>((resolve) => child.once('exit', resolve))
    if (code !== 0) throw new Error(`buxun ${args.join(' ')} ended with ${code}`)
  }

  /** Starts it on a free port and resolves with its address. */
  async start(): Promise<URL> {
    const child = spawn(this.program(), ['serve', '--demo', '--listen', '127.0.0.1:0', '--data', this.data], { stdio: ['ignore', 'pipe', 'pipe'] })
    this.child = child
    process.once('exit', this.onExit)
    child.stderr.pipe(createWriteStream(path.join(this.data, 'server.log'), { flags: 'a' }))
    const lines = createInterface({ input: child.stdout })
    return new Promise((resolve, reject) => {
      const late = setTimeout(() => reject(new Error(`the server did not start within ${startMs} ms`)), startMs)
      child.once('exit', (code) => reject(new Error(`the server ended with ${code}; its log is ${this.data}/server.log`)))
      lines.on('line', (line) => {
        const [address] = line.match(/http:\/\/\S+/) ?? []
        if (address === undefined) return
        clearTimeout(late)
        resolve(new URL(address))
      })
    })
  }

  /** Ends it as an operator would. */
  async stop(): Promise<void> {
    const { child } = this
    this.child = null
    process.removeListener('exit', this.onExit)
    if (child === null || child.exitCode !== null || child.signalCode !== null) return
    const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()))
    child.kill('SIGTERM')
    await gone
  }

  async remove(): Promise<void> {
    await this.stop()
    rmSync(this.data, { recursive: true, force: true })
  }

  private program(): string {
    const program = path.join(this.root, 'bin/buxun')
    if (!existsSync(program)) throw new Error(`${program} is not there: make build`)
    return program
  }
}
