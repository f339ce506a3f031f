import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

/** The authorities that a phone's owner installed: Chromium on Linux reads them from its home's NSS store. */
export class Trust {
  readonly home = mkdtempSync(path.join(tmpdir(), 'buxun-home-'))
  private readonly store = `sql:${path.join(this.home, '.pki/nssdb')}`

  constructor() {
    mkdirSync(path.join(this.home, '.pki/nssdb'), { recursive: true })
    this.certutil('-N', '--empty-password')
  }

  /** Trusts the certificate in a file for servers, as a person does in a phone's settings. */
  install(file: string): void {
    this.certutil('-A', '-n', 'buxun', '-t', 'C,,', '-i', file)
  }

  remove(): void {
    rmSync(this.home, { recursive: true, force: true })
  }

  private certutil(...words: readonly string[]): void {
    execFileSync('certutil', ['-d', this.store, ...words])
  }
}
