import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { BrowserContext, Request } from 'playwright-core'

const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex')
export const hashOf = (file: string): string => sha256(readFileSync(file))

/** One creation of an upload, as the phone announced it. */
export interface Created {
  readonly hash: string
  readonly kind: string
}

/** Watches what a phone uploads. */
export class Uploads {
  readonly created: Created[] = []
  /** Offsets above zero at which an upload went on. */
  readonly resumedAt: number[] = []

  constructor(browser: BrowserContext) {
    browser.on('request', (request) => this.note(request))
  }

  private note(request: Request): void {
    if (!request.url().includes('/api/uploads')) return
    const headers = request.headers()
    if (request.method() === 'POST') this.created.push(metadata(headers['upload-metadata'] ?? ''))
    const offset = Number(headers['upload-offset'] ?? '0')
    if (request.method() === 'PATCH' && offset > 0) this.resumedAt.push(offset)
  }
}

function metadata(header: string): Created {
  const fields = new Map(header.split(',').map((pair) => {
    const [name = '', value = ''] = pair.trim().split(' ')
    return [name, Buffer.from(value, 'base64').toString()] as const
  }))
  return { hash: fields.get('hash') ?? '', kind: fields.get('kind') ?? '' }
}

/** Asks the server, as the person of this page, for a photo's original and gives the SHA-256 of what came; null where it is not to be had. */
export async function servedHash(browser: BrowserContext, origin: string, hash: string): Promise<string | null> {
  const answer = await browser.request.get(`${origin}/api/photos/${hash}`)
  return answer.ok() ? sha256(await answer.body()) : null
}
