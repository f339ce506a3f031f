import { spawn, type ChildProcess } from 'node:child_process'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { root } from './program'

/** How the wire fails; see sync/badwire/mode.go. */
export interface Mode {
  readonly refuse?: boolean
  readonly match?: string
  readonly silence?: 'up' | 'down' | 'both'
  readonly bytesPerSecond?: number
  readonly latencyMs?: number
  readonly idleMs?: number
  readonly cutAfterUp?: number
  readonly cutTimes?: number
}

/** What passed and what did not, in bytes and connections; see sync/badwire/wire.go. */
export interface Stats {
  readonly up: number
  readonly down: number
  readonly swallowedUp: number
  readonly cut: number
  readonly idle: number
}

/** sync/badwire between a phone and the server. */
export class Wire {
  private child: ChildProcess | null = null
  private control = ''
  origin = ''

  async start(serverPort: number): Promise<void> {
    const child = spawn(path.join(root, 'bin/badwire'), ['--target', `127.0.0.1:${serverPort}`], { stdio: ['ignore', 'pipe', 'inherit'] })
    this.child = child
    process.once('exit', () => child.kill('SIGKILL'))
    const lines = createInterface({ input: child.stdout })
    const line = await new Promise<string>((resolve, reject) => {
      lines.once('line', resolve)
      child.once('exit', (code) => reject(new Error(`badwire ended with ${code}`)))
    })
    const addresses = JSON.parse(line) as { wire: string; control: string }
    this.control = `http://${addresses.control}`
    this.origin = `http://localhost:${addresses.wire.split(':').at(-1)}`
  }

  async mode(mode: Mode): Promise<void> {
    await this.post('/mode', mode)
  }

  /** Puts the server out of reach: nothing new gets through, what is open is cut. */
  async away(): Promise<void> {
    await this.mode({ refuse: true })
    await this.post('/reset', {})
  }

  async reset(match: string): Promise<void> {
    await this.post('/reset', { match })
  }

  async stats(): Promise<Stats> {
    return (await (await fetch(`${this.control}/stats`)).json()) as Stats
  }

  stop(): void {
    this.child?.kill('SIGTERM')
  }

  private async post(at: string, body: object): Promise<void> {
    const answer = await fetch(this.control + at, { method: 'POST', body: JSON.stringify(body) })
    if (!answer.ok) throw new Error(`badwire ${at} ${JSON.stringify(body)}: ${answer.status} ${await answer.text()}`)
  }
}
