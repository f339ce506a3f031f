import type { BrowserContext, CDPSession, Page } from 'playwright-core'

/** What one key or tap cost the page. */
export interface Effort {
  /** Milliseconds of the processor spent in scripts until the answer was painted: other programs on the machine do not count. */
  readonly script: number
  /** Milliseconds by the clock until then. */
  readonly wall: number
}

/** Measures keys and taps in the browser itself. */
export class Meter {
  private constructor(private readonly page: Page, private readonly cdp: CDPSession) {}

  static async of(browser: BrowserContext, page: Page): Promise<Meter> {
    const cdp = await browser.newCDPSession(page)
    await cdp.send('Performance.enable', { timeDomain: 'threadTicks' })
    return new Meter(page, cdp)
  }

  /** Does something and waits until its answer was painted. */
  async measure(act: () => Promise<unknown>): Promise<Effort> {
    const before = await this.script()
    const from = Date.now()
    await act()
    await this.page.evaluate(() => new Promise<void>((resolve) => {
      requestAnimationFrame(() => {
        const { port1, port2 } = new MessageChannel()
        port1.onmessage = () => resolve()
        port2.postMessage(0)
      })
    }))
    return { script: (await this.script()) - before, wall: Date.now() - from }
  }

  private async script(): Promise<number> {
    const { metrics } = await this.cdp.send('Performance.getMetrics')
    return (metrics.find(({ name }) => name === 'ScriptDuration')?.value ?? 0) * 1000
  }
}
