// Whether this browser can run Buxun at all; what cannot is told so on one page.

export type Unsupported = 'insecure' | 'wechat' | 'old'

/** Why this browser cannot be used; null where it can. The floor is iOS 16.4 and Chromium 94. */
export function unsupported(page: Window & typeof globalThis = window): Unsupported | null {
  // On iPhones it keeps nothing for working out of reach; elsewhere it cleans away what it kept, and nobody installs from it.
  if (/MicroMessenger/i.test(page.navigator.userAgent)) return 'wechat'
  if (!page.isSecureContext) return 'insecure'
  const has = [
    'serviceWorker' in page.navigator, 'locks' in page.navigator, page.crypto?.subtle !== undefined, 'indexedDB' in page, 'BroadcastChannel' in page,
    'OffscreenCanvas' in page, typeof Object.hasOwn === 'function',
  ]
  return has.every(Boolean) ? null : 'old'
}
