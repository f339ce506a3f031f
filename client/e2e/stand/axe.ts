import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Page } from 'playwright-core'

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

export interface Judged {
  readonly enhanced?: boolean
  readonly colours?: boolean
}

export interface Finding {
  readonly id: string
  readonly impact: string
  readonly nodes: readonly string[]
}

/**
 * What axe calls serious or worse on this page.
 *
 * @param enhanced also what has less contrast than 7:1, or 4.5:1 for large words (WCAG 1.4.6)
 * @param colours nothing but contrast: what differs where the same page has another theme
 */
export async function findings(page: Page, { enhanced = false, colours = false }: Judged = {}): Promise<readonly Finding[]> {
  // Evaluated by the browser's own tools: the page's policy allows no script that it did not bring.
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(axe)
  return page.evaluate(async ({ enhanced, colours }) => {
    const { axe } = window as unknown as { axe: { run(options: object): Promise<{ violations: { id: string; impact: string; nodes: { html: string }[] }[] }> } }
    const contrast = ['color-contrast', ...(enhanced ? ['color-contrast-enhanced'] : [])]
    const { violations } = await axe.run({ ...(colours ? { runOnly: contrast } : enhanced && { rules: { 'color-contrast-enhanced': { enabled: true } } }), resultTypes: ['violations'] })
    return violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .map(({ id, impact, nodes }) => ({ id, impact, nodes: nodes.map(({ html }) => html.slice(0, 160)) }))
  }, { enhanced, colours })
}
