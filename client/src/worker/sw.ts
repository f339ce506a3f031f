import { cleanupOutdatedCaches, createHandlerBoundToURL, precacheAndRoute } from 'workbox-precaching'
import { NavigationRoute, registerRoute } from 'workbox-routing'
import { CacheFirst } from 'workbox-strategies'
import { heedPushes } from './push'

declare const self: ServiceWorkerGlobalScope

/** The files of the shell, put here by the build (client/build/shell.ts). */
declare const __SHELL__: { url: string; revision: string | null; integrity: string }[]

/** The files that are kept from their first use on: the other language, administrators' screens, maps. */
declare const __LATER__: string[]
const later = 'later'

/** What only the version before this one asks for: its pages may still be open, in the middle of something. */
const former = `former ${__SHELL__.find(({ url }) => url === '/index.html')?.revision ?? ''}`
const ours = new Set([...__SHELL__.map(({ url }) => url), ...__LATER__])

/** Addresses that only the server answers: they never fall back to the shell. */
const serversOwn = [/^\/api\//, /^\/sync/, /^\/photos\//, /^\/uploads\//, /^\/healthz$/, /^\/readyz$/, /^\/metrics$/, /^\/install/, /^\/h\//]

precacheAndRoute(__SHELL__)
cleanupOutdatedCaches()
registerRoute(new NavigationRoute(createHandlerBoundToURL('/index.html'), { denylist: serversOwn }))

registerRoute(({ url, sameOrigin }) => sameOrigin && __LATER__.includes(url.pathname), new CacheFirst({ cacheName: later }))
registerRoute(({ url, sameOrigin }) => sameOrigin && isFormers(url.pathname), new CacheFirst({ cacheName: former }))

// It is installed whole or not at all: what the person uses of the present version starts out of reach with the next one too.
self.addEventListener('install', (event) => event.waitUntil(Promise.all([keepFormer(), bringAlong()])))

// The page that installed it needs it at once: its screens come from the store as soon as signal is gone, without a reload.
self.addEventListener('activate', (event) => event.waitUntil(Promise.all([self.clients.claim(), dropOlder()])))

// A new version waits until the page says so: a patrol is not interrupted by an update.
self.addEventListener('message', (event) => {
  if (event.data === 'take-over') void self.skipWaiting()
  else if (Array.isArray(event.data?.keep)) event.waitUntil(keep(event.data.keep))
})

heedPushes(self)

/** Keeps what the page had used before there was a worker to keep it. */
async function keep(paths: readonly string[]): Promise<void> {
  const store = await caches.open(later)
  for (const path of paths) if (__LATER__.includes(path) && !(await store.match(path))) await store.add(path)
}

function isFormers(path: string): boolean {
  return path.startsWith('/assets/') && !ours.has(path)
}

/** Puts aside what the version before this one has of its own, before it is cleared away. */
async function keepFormer(): Promise<void> {
  const store = await caches.open(former)
  for (const name of await caches.keys()) {
    if (name === former || name.startsWith('former ')) continue
    const cache = await caches.open(name)
    for (const request of await cache.keys()) {
      const kept = isFormers(new URL(request.url).pathname) ? await cache.match(request) : undefined
      if (kept) await store.put(request, kept)
    }
  }
}

/** What was kept from its first use on is kept of this version too, under its new names. */
async function bringAlong(): Promise<void> {
  const store = await caches.open(later)
  const used = new Set((await store.keys()).map(({ url }) => stemOf(new URL(url).pathname)))
  await keep(__LATER__.filter((path) => used.has(stemOf(path))))
}

/** A file's name without the hash of what is in it. */
function stemOf(path: string): string {
  return path.replace(/-[\w-]{8}(?=\.\w+$)/, '')
}

/** Lets go of what the version before used from its first use on, and of what was put aside for older ones. */
async function dropOlder(): Promise<void> {
  await keepFormer()
  const store = await caches.open(later)
  for (const request of await store.keys()) if (!__LATER__.includes(new URL(request.url).pathname)) await store.delete(request)
  for (const name of await caches.keys()) if (name.startsWith('former ') && name !== former) await caches.delete(name)
}
