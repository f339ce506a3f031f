import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { chromium, type BrowserContext, type Page } from 'playwright-core'
import { Memory } from './memory'

/** In the middle of Qingshuitang, WGS-84. */
const street = { longitude: 113.0835, latitude: 27.8712, accuracy: 12 }

/** Chromium answers with the time at which a place was set: a phone in a hand hears a new fix every few seconds. */
const fixEveryMs = 3000

interface Place {
  readonly longitude: number
  readonly latitude: number
  readonly accuracy: number
}

export interface PhoneOptions {
  readonly origin: string
  /** An mjpeg file that plays as the camera; without it Chromium's green test picture. */
  readonly camera?: string
  readonly desktop?: boolean
  readonly permissions?: readonly string[]
  /** The browser's language; Chinese where absent. */
  readonly language?: string
  /** What the browser calls itself. */
  readonly agent?: string
  /** A home folder with the authorities that its owner installed (stand/trust.ts). */
  readonly home?: string
  /** Names and addresses of other networks that lead to this machine. */
  readonly hosts?: readonly string[]
}

/** A browser with a profile that survives closing it: a phone in somebody's hand, or a leader's desk. */
export class Phone {
  private readonly profile = mkdtempSync(path.join(tmpdir(), 'buxun-phone-'))
  private context: BrowserContext | null = null
  private opened: Page | null = null
  private place: Place = street
  private fixing: ReturnType<typeof setInterval> | null = null

  constructor(private readonly options: PhoneOptions) {}

  /** Whether it is switched on. */
  get on(): boolean {
    return this.opened !== null
  }

  get page(): Page {
    if (!this.opened) throw new Error('the phone is off')
    return this.opened
  }

  get browser(): BrowserContext {
    if (!this.context) throw new Error('the phone is off')
    return this.context
  }

  /** Where the browser keeps what it stores, for who takes the phone apart. */
  get folder(): string {
    return this.profile
  }

  get memory(): Memory {
    return new Memory(this.profile)
  }

  /** Switches it on and opens the app; null leaves an empty page. */
  async start(at: string | null = '/'): Promise<Page> {
    const { desktop, camera, home, hosts } = this.options
    const screen = desktop
      ? { viewport: { width: 1440, height: 900 } }
      : { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, isMobile: true, hasTouch: true }
    this.context = await chromium.launchPersistentContext(this.profile, {
      executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
      headless: true,
      args: [
        '--no-sandbox', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update',
        '--disable-sync', '--use-fake-device-for-media-stream', ...(camera ? [`--use-file-for-fake-video-capture=${camera}`] : []),
        ...(hosts ? [`--host-resolver-rules=${hosts.map((host) => `MAP ${host} 127.0.0.1`).join(',')}`] : []),
      ],
      ...(home ? { env: { ...process.env, HOME: home } } : {}),
      locale: this.options.language ?? 'zh-CN',
      timezoneId: 'Asia/Shanghai',
      ...(this.options.agent !== undefined && { userAgent: this.options.agent }),
      ...screen,
      permissions: [...(this.options.permissions ?? ['camera', 'geolocation'])],
      geolocation: this.place,
    })
    this.fixAgain()
    this.opened = this.context.pages()[0] ?? (await this.context.newPage())
    this.opened.setDefaultTimeout(15_000)
    if (at !== null) await this.open(at)
    return this.opened
  }

  /** Goes to a place and stays there; `fresh` false: no fix comes any more. */
  async goTo(place: Place, fresh = true): Promise<void> {
    this.place = place
    this.stopFixing()
    await this.browser.setGeolocation(place)
    if (fresh) this.fixAgain()
  }

  private fixAgain(): void {
    this.fixing = setInterval(() => void this.context?.setGeolocation(this.place).catch(() => undefined), fixEveryMs)
    this.fixing.unref()
  }

  private stopFixing(): void {
    if (this.fixing) clearInterval(this.fixing)
    this.fixing = null
  }

  async open(at = '/'): Promise<void> {
    await this.page.goto(this.options.origin + at)
  }

  /** Kills the page under the person's thumb, and the browser with it. */
  async kill(): Promise<void> {
    const crashed = this.page.waitForEvent('crash')
    crashed.catch(() => undefined)
    // A page that is just being loaded anew may let a first blow pass.
    for (let blow = 0, down = false; blow < 5 && !down; blow++) {
      const cdp = await this.browser.newCDPSession(this.page)
      void cdp.send('Page.crash').catch(() => undefined) // it never answers
      down = await Promise.race([crashed.then(() => true), pause(2000, false)])
    }
    await crashed
    await this.stop()
  }

  /** Kills the page after so many milliseconds; gives the time at which it was still alive. */
  async killAfter(ms: number): Promise<number> {
    await pause(ms)
    const alive = Date.now()
    await this.kill()
    return alive
  }

  /** Closes the browser; what it stored stays. */
  async stop(): Promise<void> {
    this.stopFixing()
    await this.context?.close()
    this.context = null
    this.opened = null
  }

  async remove(): Promise<void> {
    await this.stop()
    // What a killed browser left behind may still be writing.
    rmSync(this.profile, { recursive: true, force: true, maxRetries: 5 })
  }
}
