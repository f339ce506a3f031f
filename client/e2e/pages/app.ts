import type { Locator, Page } from 'playwright-core'

/** What every screen has. Names are those of client/src/words/zh-CN, listed in client/src/screens/routes.ts. */
export class App {
  constructor(readonly page: Page) {}

  async signIn(login: string, password: string): Promise<void> {
    await this.page.getByRole('textbox', { name: '账号' }).fill(login)
    await this.page.getByLabel('密码', { exact: true }).fill(password)
    await this.page.getByRole('button', { name: '登录', exact: true }).click()
    await this.page.getByRole('navigation', { name: '主导航' }).waitFor()
  }

  async signOut(): Promise<void> {
    await this.go('我的')
    await this.page.getByRole('button', { name: '退出登录' }).click()
    await this.page.getByRole('button', { name: '确定退出' }).click()
    await this.page.getByRole('textbox', { name: '账号' }).waitFor()
  }

  /** Puts a lock on the app; it asks for the PIN at once. */
  async lock(pin: string): Promise<void> {
    await this.go('我的')
    await this.page.getByRole('region', { name: '应用锁' }).getByRole('button', { name: '设 PIN' }).click()
    const sheet = this.page.getByRole('dialog', { name: '设 PIN' })
    await sheet.getByLabel('PIN', { exact: true }).fill(pin)
    await sheet.getByLabel('再输一遍').fill(pin)
    await sheet.getByRole('button', { name: '锁上' }).click()
    await this.page.getByRole('heading', { name: '步巡已锁' }).waitFor({ timeout: 30_000 })
  }

  /** From the lock to the page where somebody else signs in. */
  async handOn(): Promise<void> {
    await this.page.getByRole('button', { name: '换人登录' }).click()
    await this.page.getByRole('button', { name: '去登录' }).click()
    await this.page.getByRole('textbox', { name: '账号' }).waitFor()
  }

  async go(tab: '首页' | '任务' | '案卷' | '手机' | '我的' | '审核' | '今日中队' | '管理'): Promise<void> {
    await this.page.getByRole('navigation', { name: '主导航' }).getByRole('link', { name: tab }).click()
  }

  /** The sync light (L13). */
  light(text: string | RegExp): Locator {
    return this.page.getByRole('banner').getByRole('link').filter({ hasText: text })
  }
}
