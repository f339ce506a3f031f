import path from 'node:path'
import { root } from './program'
import type { Phone } from './phone'

/** Leaves a picture of every screen in .stamps/e2e when the running test fails. */
export function pictureFailures(phones: () => Readonly<Record<string, Phone | undefined>>): void {
  afterEach(async ({ task }) => {
    if (task.result?.state !== 'fail') return
    for (const [name, phone] of Object.entries(phones())) {
      const file = path.join(root, '.stamps/e2e', `${task.name.slice(0, 40).replaceAll(/[^\p{L}\d]+/gu, '-')}.${name}.png`)
      if (phone?.on) await phone.page.screenshot({ path: file }).catch(() => undefined)
    }
  })
}
