// Draws the PNG icons from public/icons/icon.svg with the browser that the tests use: `node icons/draw.mjs` in client/.
// Run it after changing the drawing; the results are committed, so building needs no browser.
import { readFile } from 'node:fs/promises'
import { chromium } from 'playwright-core'

const icons = new URL('../public/icons/', import.meta.url)
const drawing = await readFile(new URL('icon.svg', icons), 'utf8')
// Maskable icons and Apple's are cut to shape by the system: their ground reaches the edge.
const squared = drawing.replace('rx="104"', '')

const sizes = [
  { file: 'icon-192.png', size: 192, svg: drawing },
  { file: 'icon-512.png', size: 512, svg: drawing },
  { file: 'maskable-512.png', size: 512, svg: squared },
  { file: 'apple-touch-180.png', size: 180, svg: squared },
]

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox'],
})
try {
  for (const { file, size, svg } of sizes) {
    const page = await browser.newPage({ viewport: { width: size, height: size } })
    await page.setContent(`<style>body{margin:0}svg{display:block;width:${size}px;height:${size}px}</style>${svg}`)
    await page.screenshot({ path: new URL(file, icons).pathname, omitBackground: true })
    await page.close()
  }
} finally {
  await browser.close()
}
