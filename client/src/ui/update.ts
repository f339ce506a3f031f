// A new version waits until the person lets it in: a patrol is not interrupted by an update.
import { readonly, ref } from 'vue'

const waiting = ref<ServiceWorker | null>(null)

/** The new version that waits; null while this one is the newest known. */
export const update = readonly(waiting)

/** Stores the app for offline use and looks out for new versions. */
export async function keepApp(): Promise<void> {
  const worker = navigator.serviceWorker
  const registration = await worker.register('/sw.js')
  const replaces = worker.controller !== null
  const look = () => {
    if (worker.controller && registration.waiting) waiting.value = registration.waiting
  }
  look()
  if (!replaces) void worker.ready.then(({ active }) => active?.postMessage({ keep: used() }))
  registration.addEventListener('updatefound', () => registration.installing?.addEventListener('statechange', look))
  worker.addEventListener('controllerchange', () => {
    if (replaces) location.reload()
  })
}

/** Paths of the files that this page has fetched so far. */
function used(): string[] {
  return performance.getEntriesByType('resource').map(({ name }) => new URL(name).pathname)
}

/** Lets the new version take over; the page comes back by itself. */
export function takeUpdate(): void {
  waiting.value?.postMessage('take-over')
}
