import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Page } from 'playwright-core'

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

export interface Finding {
  readonly id: string
  readonly impact: string
  readonly nodes: readonly string[]
}

/**
 * What axe calls serious or worse on this page.
 *
 * @param enhanced also what has less contrast than 7:1, or 4.5:1 for large words (WCAG 1.4.6)
 */
export async function findings(page: Page, { enhanced = false }: { enhanced?: boolean } = {}): Promise<readonly Finding[]> {
  // Evaluated by the browser's own tools: the page's policy allows no script that it did not bring.
  await page.evaluate(axe)
  return page.evaluate(async (high) => {
    const { axe } = window as unknown as { axe: { run(options: object): Promise<{ violations: { id: string; impact: string; nodes: { html: string }[] }[] }> } }
    const { violations } = await axe.run(high ? { rules: { 'color-contrast-enhanced': { enabled: true } } } : {})
    return violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .map(({ id, impact, nodes }) => ({ id, impact, nodes: nodes.map(({ html }) => html.slice(0, 160)) }))
  }, enhanced)
}
