import { execFile } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync } from 'node:fs'
import { createServer, request, type IncomingMessage, type Server as HttpServer, type ServerResponse } from 'node:http'
import { connect, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { root } from './program'

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8', '.js': 'text/javascript; charset=utf-8', '.css': 'text/css; charset=utf-8', '.svg': 'image/svg+xml',
  '.png': 'image/png', '.webmanifest': 'application/manifest+json',
}

/** A built client of any folder in front of the real server: what is no file of the client is the server's. Another folder may take its place. */
export class Origin {
  /** Files in whose place a page comes, such as a network shows to sign in. */
  portal: RegExp | null = null
  /** The files are there, the server behind is not: what waits on the phone goes on waiting. */
  alone = false
  /** Files that come only when something else has come about. */
  late: readonly { readonly match: RegExp; readonly until: Promise<unknown> }[] = []
  /** Paths of the files that were asked for. */
  readonly asked: string[] = []
  private readonly http: HttpServer

  constructor(public dist: string, private readonly behind: number) {
    this.http = createServer((asked, answer) => (asked.url?.startsWith('/api') ? this.pass(asked, answer) : void this.file(asked, answer)))
    this.http.on('upgrade', (asked: IncomingMessage, socket, head) => {
      if (this.alone) return void socket.destroy()
      const through = connect(this.behind, '127.0.0.1', () => {
        const lines = Object.entries(asked.headers).map(([name, value]) => `${name}: ${String(value)}`)
        through.write(`${asked.method} ${asked.url} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`)
        through.write(head)
        through.pipe(socket).pipe(through)
      })
      through.on('error', () => socket.destroy())
      socket.on('error', () => through.destroy())
    })
  }

  get port(): number {
    return (this.http.address() as AddressInfo).port
  }

  async start(): Promise<string> {
    await new Promise<void>((resolve) => this.http.listen(0, '127.0.0.1', resolve))
    return `http://localhost:${this.port}`
  }

  async stop(): Promise<void> {
    this.http.closeAllConnections()
    await new Promise<void>((resolve) => this.http.close(() => resolve()))
  }

  private async file(asked: IncomingMessage, answer: ServerResponse): Promise<void> {
    const { pathname } = new URL(asked.url ?? '/', 'http://localhost')
    this.asked.push(pathname)
    await this.late.find(({ match }) => match.test(pathname))?.until
    const name = path.join(this.dist, pathname)
    if (this.portal?.test(name)) {
      answer.writeHead(200, { 'content-type': 'text/html' }).end('<h1>sign in to this network</h1>')
      return
    }
    const isRoute = path.extname(name) === ''
    if (!isRoute && !existsSync(name)) {
      answer.writeHead(404).end()
      return
    }
    const file = isRoute ? path.join(this.dist, 'index.html') : name
    answer.writeHead(200, { 'content-type': types[path.extname(file)] ?? 'application/octet-stream', 'cache-control': 'no-cache' })
    answer.end(readFileSync(file))
  }

  private pass(asked: IncomingMessage, answer: ServerResponse): void {
    if (this.alone) return void answer.destroy()
    const through = request({ port: this.behind, host: '127.0.0.1', path: asked.url, method: asked.method, headers: asked.headers }, (came) => {
      answer.writeHead(came.statusCode ?? 502, came.headers)
      came.pipe(answer)
    })
    through.on('error', () => answer.destroy())
    asked.pipe(through)
  }
}

/** Builds the client as another version of itself and gives the folder. */
export async function buildVersion(version: string): Promise<string> {
  const folder = mkdtempSync(path.join(tmpdir(), 'buxun-version-'))
  const client = path.join(root, 'client')
  await promisify(execFile)(path.join(client, 'node_modules/.bin/vite'), ['build', '--outDir', folder, '--emptyOutDir', '--logLevel', 'error'], {
    cwd: client, env: { ...process.env, NODE_ENV: 'production', BUXUN_VERSION: version },
  })
  return folder
}
