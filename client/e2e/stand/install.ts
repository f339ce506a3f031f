// Looks at what a phone has stored of the app and of its person's work while versions change.
import type { Page } from 'playwright-core'
import { App } from '../pages/app'

/** What is stored of records, photos and drafts, byte for byte. */
export function held(page: Page): Promise<Record<string, string[]>> {
  return page.evaluate(async () => {
    const ready = <T>(request: IDBRequest<T>) => new Promise<T>((resolve, reject) => {
      request.onsuccess = () => resolve(request.result)
      request.onerror = () => reject(request.error)
    })
    const plain = (_: string, value: unknown) =>
      value instanceof ArrayBuffer ? [...new Uint8Array(value)].join(' ') : value instanceof Uint8Array ? [...value].join(' ') : value
    const db = await ready(indexedDB.open('buxun'))
    const found: Record<string, string[]> = {}
    for (const table of ['operations', 'drafts', 'photos', 'bytes']) {
      const rows = await ready(db.transaction(table).objectStore(table).getAll())
      found[table] = await Promise.all(rows.map(async (row) => {
        const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(JSON.stringify(row, plain)))
        return [...new Uint8Array(digest)].map((byte) => byte.toString(16)).join('')
      }))
    }
    db.close()
    return found
  })
}

/** Looks for a new version now, as the app does when the centre is back; true where one is stored and waits. */
export const look = (page: Page) => page.evaluate(async () => {
  const registration = await navigator.serviceWorker.ready
  await registration.update().catch(() => undefined)
  const { installing } = registration
  if (installing) await new Promise<void>((resolve) => installing.addEventListener('statechange', () => resolve()))
  return registration.waiting !== null
})

export async function versionOf(page: Page): Promise<string> {
  await new App(page).go('我的')
  return page.locator('.version').innerText()
}
