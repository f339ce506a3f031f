import { cleanupOutdatedCaches, createHandlerBoundToURL, precacheAndRoute } from 'workbox-precaching'
import { NavigationRoute, registerRoute } from 'workbox-routing'

declare const self: ServiceWorkerGlobalScope

/** The files of the shell, put here by the build (client/build/shell.ts). */
declare const __SHELL__: { url: string; revision: string | null }[]

/** Addresses that only the server answers: they never fall back to the shell. */
const serversOwn = [/^\/api\//, /^\/sync/, /^\/photos\//, /^\/uploads\//, /^\/healthz$/, /^\/readyz$/, /^\/metrics$/]

precacheAndRoute(__SHELL__)
cleanupOutdatedCaches()
registerRoute(new NavigationRoute(createHandlerBoundToURL('/index.html'), { denylist: serversOwn }))

// The page that installed it needs it at once: its screens come from the store as soon as signal is gone, without a reload.
self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()))

// A new version waits until the page says so: a patrol is not interrupted by an update.
self.addEventListener('message', (event) => {
  if (event.data === 'take-over') void self.skipWaiting()
})
