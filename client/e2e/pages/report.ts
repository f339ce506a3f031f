import type { Page } from 'playwright-core'

/** The capture screen: photos first, then one sheet. */
export class Report {
  constructor(private readonly page: Page) {}

  async open(): Promise<void> {
    await this.page.getByRole('link', { name: '拍照上报' }).click()
    await this.page.getByLabel('系统相机').waitFor({ state: 'attached' })
  }

  async choose(from: '系统相机' | '相册', ...files: readonly string[]): Promise<void> {
    const before = await this.thumbnails().count()
    for (const [i, file] of files.entries()) {
      await this.page.getByLabel(from).setInputFiles(file)
      await this.thumbnails().nth(before + i).waitFor()
    }
  }

  async snap(): Promise<void> {
    const before = await this.thumbnails().count()
    await this.page.getByRole('button', { name: '拍照', exact: true }).click()
    await this.thumbnails().nth(before).waitFor()
  }

  thumbnails() {
    return this.page.getByRole('list', { name: '照片' }).getByRole('listitem')
  }

  /** Fills the sheet and saves; gives the short id. */
  async save(category: string, description: string): Promise<string> {
    const next = this.page.getByRole('button', { name: '下一步' })
    await next.or(this.page.getByRole('radiogroup', { name: '类别' })).first().waitFor()
    if (await next.isVisible()) await next.click()
    const chip = this.page.getByRole('radio', { name: category })
    await this.page.getByRole('radiogroup', { name: '类别' }).waitFor()
    if ((await chip.count()) > 0) await chip.first().check({ force: true })
    else await this.search(category)
    await this.page.getByRole('textbox', { name: '描述' }).fill(description)
    await this.page.getByRole('button', { name: '保存上报' }).click()
    return this.saved()
  }

  async search(words: string): Promise<void> {
    await this.page.getByRole('button', { name: '更多类别' }).click()
    const dialog = this.page.getByRole('dialog', { name: '选择类别' })
    await dialog.getByRole('searchbox', { name: '搜索类别' }).fill(words)
    await dialog.getByRole('button').filter({ hasText: words }).first().click()
  }

  async saved(): Promise<string> {
    const text = await this.page.getByRole('status').filter({ hasText: '已存好' }).innerText()
    const short = /[0-9A-HJKMNP-TV-Z]{5}-\d+/.exec(text)?.[0]
    if (!short) throw new Error(`no short id in "${text}"`)
    return short
  }
}
