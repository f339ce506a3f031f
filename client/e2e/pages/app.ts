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

  async go(tab: '首页' | '案卷' | '手机' | '我的' | '审核' | '今日中队' | '管理'): Promise<void> {
    await this.page.getByRole('navigation', { name: '主导航' }).getByRole('link', { name: tab }).click()
  }

  /** The sync light (L13). */
  light(text: string | RegExp): Locator {
    return this.page.getByRole('banner').getByRole('link').filter({ hasText: text })
  }
}
