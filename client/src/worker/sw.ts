import { cleanupOutdatedCaches, createHandlerBoundToURL, precacheAndRoute } from 'workbox-precaching'
import { NavigationRoute, registerRoute } from 'workbox-routing'
import { CacheFirst } from 'workbox-strategies'

declare const self: ServiceWorkerGlobalScope

/** The files of the shell, put here by the build (client/build/shell.ts). */
declare const __SHELL__: { url: string; revision: string | null }[]

/** The files that are kept from their first use on: the other language, administrators' screens, maps. */
declare const __LATER__: string[]
const later = 'later'

/** Addresses that only the server answers: they never fall back to the shell. */
const serversOwn = [/^\/api\//, /^\/sync/, /^\/photos\//, /^\/uploads\//, /^\/healthz$/, /^\/readyz$/, /^\/metrics$/, /^\/install/]

precacheAndRoute(__SHELL__)
cleanupOutdatedCaches()
registerRoute(new NavigationRoute(createHandlerBoundToURL('/index.html'), { denylist: serversOwn }))

registerRoute(({ url, sameOrigin }) => sameOrigin && __LATER__.includes(url.pathname), new CacheFirst({ cacheName: later }))

// The page that installed it needs it at once: its screens come from the store as soon as signal is gone, without a reload.
self.addEventListener('activate', (event) => event.waitUntil(Promise.all([self.clients.claim(), dropFormer()])))

// A new version waits until the page says so: a patrol is not interrupted by an update.
self.addEventListener('message', (event) => {
  if (event.data === 'take-over') void self.skipWaiting()
  else if (Array.isArray(event.data?.keep)) event.waitUntil(keep(event.data.keep))
})

/** Keeps what the page had used before there was a worker to keep it. */
async function keep(paths: readonly string[]): Promise<void> {
  const store = await caches.open(later)
  for (const path of paths) if (__LATER__.includes(path) && !(await store.match(path))) await store.add(path)
}

/** Lets go of what a former version used. */
async function dropFormer(): Promise<void> {
  const store = await caches.open(later)
  for (const request of await store.keys()) if (!__LATER__.includes(new URL(request.url).pathname)) await store.delete(request)
}
