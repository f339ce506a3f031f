import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { Program, freePort, root, until } from './program'

/** The real server with demo data and HTTPS by a local authority, for addresses of a network that phones are told to use. */
export class SecureServer {
  private readonly data = mkdtempSync(path.join(tmpdir(), 'buxun-e2e-'))
  private program: Program | null = null
  private port = 0
  private plain = 0

  constructor(private readonly names: readonly string[]) {}

  origin(host = this.names[0]): string {
    return `https://${host}:${this.port}`
  }

  /** Where a phone reads how to trust the server. */
  page(host = this.names[0]): string {
    return `http://${host}:${this.plain}/install`
  }

  async start(): Promise<void> {
    if (this.port === 0) [this.port, this.plain] = [await freePort(), await freePort()]
    this.program = new Program('secure-server', path.join(root, 'bin/buxun'), [
      'serve', '--demo', '--local-ca', '--names', this.names.join(','), '--listen', `127.0.0.1:${this.port}`,
      '--http-listen', `127.0.0.1:${this.plain}`, '--data', this.data,
    ])
    this.program.start()
    await until('the page for phones', async () => (await fetch(this.page('127.0.0.1'))).ok)
  }

  async stop(): Promise<void> {
    await this.program?.stop()
    this.program = null
  }

  async remove(): Promise<void> {
    await this.stop()
    rmSync(this.data, { recursive: true, force: true })
  }
}
