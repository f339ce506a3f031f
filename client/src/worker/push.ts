// What the centre tells this device by Web Push, shown by the system; a tap opens the case.

/** As the server seals it (server/push): what happened, to which case, and where that is. */
interface Message {
  readonly title: string
  readonly body: string
  readonly url: string
  readonly tag: string
}

/** The page answers at once, or is asleep and is taken there as a link would. */
const answerMs = 700

export function heedPushes(worker: ServiceWorkerGlobalScope): void {
  worker.addEventListener('push', (event) => event.waitUntil(show(worker, event.data)))
  worker.addEventListener('notificationclick', (event) => {
    event.notification.close()
    event.waitUntil(open(worker, pathOf(worker, (event.notification.data as { url?: unknown } | null)?.url)))
  })
}

/** A browser that promised to show every push shows one that cannot be read too. */
async function show({ registration }: ServiceWorkerGlobalScope, data: PushMessageData | null): Promise<void> {
  const { title = '步巡', body = '', url = '/', tag = '' } = read(data)
  // A second one of the same tag takes the first one's place, and is heard.
  const again: NotificationOptions & { renotify?: boolean } = tag === '' ? {} : { tag, renotify: true }
  await registration.showNotification(title, { body, data: { url }, icon: '/icons/icon-192.png', badge: '/icons/icon-192.png', ...again })
}

function read(data: PushMessageData | null): Partial<Message> {
  try {
    return (data?.json() as Partial<Message> | null) ?? {}
  } catch {
    return {}
  }
}

/** Only this server's own pages are opened. */
function pathOf({ location }: ServiceWorkerGlobalScope, url: unknown): string {
  const to = new URL(typeof url === 'string' ? url : '/', location.origin)
  return to.origin === location.origin ? to.pathname + to.search : '/'
}

async function open({ clients }: ServiceWorkerGlobalScope, path: string): Promise<void> {
  const pages = (await clients.matchAll({ type: 'window' })) as WindowClient[]
  const page = pages.find(({ focused }) => focused) ?? pages[0]
  if (page === undefined) {
    await clients.openWindow(path)
    return
  }
  // The page goes there by itself, with all that is on it; where it does not answer it is loaded there.
  const goes = await asked(page, path)
  await page.focus().catch(() => undefined)
  if (!goes) await page.navigate(path)
}

function asked(page: WindowClient, path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel()
    const timer = setTimeout(() => resolve(false), answerMs)
    port1.onmessage = () => {
      clearTimeout(timer)
      resolve(true)
    }
    page.postMessage({ open: path }, [port2])
  })
}
