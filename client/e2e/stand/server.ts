import { execFile } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { Program, freePort, root, until } from './program'

const program = path.join(root, 'bin/buxun')

/** The real server with demo data in a folder of its own. */
export class Server {
  private readonly home = mkdtempSync(path.join(tmpdir(), 'buxun-e2e-'))
  private data = path.join(this.home, 'data')
  private program: Program | null = null
  port = 0

  get origin(): string {
    return `http://localhost:${this.port}`
  }

  async start(): Promise<void> {
    if (this.port === 0) this.port = await freePort()
    this.program = new Program('server', program, [
      'serve', '--demo', '--listen', `127.0.0.1:${this.port}`, '--data', this.data,
    ])
    this.program.start()
    await until('the server to be ready', async () => (await fetch(`http://127.0.0.1:${this.port}/readyz`)).ok)
  }

  /** Stops as an operator would, or as a power cut does. */
  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    await this.program?.stop(signal)
    this.program = null
  }

  /** A place of backups of its own, beside the data. */
  get backups(): string {
    return path.join(this.home, 'backups')
  }

  /** Runs a command of an administrator beside the server; gives what it said, and errs where it failed. */
  async command(...words: readonly string[]): Promise<string> {
    const { stdout } = await promisify(execFile)(program, [...words, '--data', this.data])
    return stdout
  }

  /** Goes on with what a backup holds, as an operator would after the loss of a disk. */
  async restore(from: string): Promise<void> {
    await this.stop('SIGKILL')
    this.data = path.join(this.home, 'restored')
    await this.command('restore', from)
    await this.start()
  }

  /** A disk's fault: the file of a photo's original goes missing. */
  losePhoto(hash: string): void {
    const file = readdirSync(this.data, { recursive: true, encoding: 'utf8' }).find((name) => name.endsWith(path.join('originals', hash.slice(0, 2), hash)))
    if (file === undefined) throw new Error(`no original ${hash} below ${this.data}`)
    rmSync(path.join(this.data, file))
  }

  async remove(): Promise<void> {
    await this.stop('SIGKILL')
    rmSync(this.home, { recursive: true, force: true })
  }
}
