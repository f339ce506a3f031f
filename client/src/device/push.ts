// Web Push as the browser has it.

/** A browser's subscription as the server needs it. */
export interface Subscribed {
  readonly endpoint: string
  /** base64url */
  readonly p256dh: string
  readonly auth: string
}

/** Whether this browser can be told by Web Push at all. An iPhone's can only where the app stands on the home screen. */
export function canPush(): boolean {
  return 'serviceWorker' in navigator && 'PushManager' in window && 'Notification' in window
}

/** What the person told the browser: the question was not asked yet, or the answer. */
export function allowed(): NotificationPermission {
  return Notification.permission
}

const patienceMs = 15_000

const base64 = (bytes: ArrayBuffer | null) => btoa(String.fromCharCode(...new Uint8Array(bytes ?? new ArrayBuffer(0)))).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')

function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (letter) => letter.charCodeAt(0))
}

async function manager(): Promise<PushManager> {
  return (await navigator.serviceWorker.ready).pushManager
}

/** The subscription that is there for a server's key; null where there is none, or one for another key. */
export async function subscription(key: string): Promise<Subscribed | null> {
  const kept = await (await manager()).getSubscription()
  if (kept === null || base64(kept.options.applicationServerKey) !== key) return null
  return { endpoint: kept.endpoint, p256dh: base64(kept.getKey('p256dh')), auth: base64(kept.getKey('auth')) }
}

/** Asks the person and then the browser's push service. Null where the person said no; rejects where the service is out of reach. */
export async function subscribe(key: string): Promise<Subscribed | null> {
  if ((await Notification.requestPermission()) !== 'granted') return null
  const pushes = await manager()
  if ((await subscription(key)) === null) await (await pushes.getSubscription())?.unsubscribe()
  await inTime(pushes.subscribe({ userVisibleOnly: true, applicationServerKey: bytesOf(key) }))
  return subscription(key)
}

/** A browser whose push service is out of reach may never answer. */
function inTime(made: Promise<unknown>): Promise<unknown> {
  return Promise.race([made, new Promise((_, reject) => setTimeout(() => reject(new Error('the push service does not answer')), patienceMs))])
}

export async function unsubscribe(): Promise<void> {
  await (await (await manager()).getSubscription())?.unsubscribe()
}
