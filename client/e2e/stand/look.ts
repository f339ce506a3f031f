import { mkdirSync } from 'node:fs'
import path from 'node:path'
import type { Page } from 'playwright-core'
import { findings, type Judged } from './axe'
import { root } from './program'

const pictures = path.join(root, '.stamps/screens')

/** Leaves a picture of a screen in .stamps/screens, and errs where axe finds something serious (`enhanced`: or less than 7:1) or it scrolls sideways. */
export async function look(page: Page, name: string, options: Judged = {}): Promise<void> {
  mkdirSync(path.dirname(path.join(pictures, name)), { recursive: true })
  await page.screenshot({ path: path.join(pictures, `${name}.png`) })
  await judge(page, name, options)
}

/** Errs as look does, and leaves no picture: one that nobody looks at costs a third of a second. */
export async function judge(page: Page, name: string, options: Judged = {}): Promise<void> {
  const { wide, seen } = await page.evaluate(() => ({ wide: document.documentElement.scrollWidth, seen: window.innerWidth }))
  expect({ name, findings: await findings(page, options) }).toEqual({ name, findings: [] })
  expect(wide, `${name} scrolls sideways`).toBeLessThanOrEqual(seen)
}

/** Shows a page in a theme; null: in the one that its person chose. */
export async function themed(page: Page, theme: string | null): Promise<void> {
  await page.evaluate((wanted) => {
    const { dataset } = document.documentElement
    if (wanted === null) delete dataset.theme
    else dataset.theme = wanted
  }, theme)
}
