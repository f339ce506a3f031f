// Whether this page stands on the home screen. Safari clears what a page stored after seven days without a visit; what stands
// on the home screen is exempt, and sees nothing of what the tab stored: first installed, then signed in.
import { readonly, shallowRef } from 'vue'

/** Chromium's own way to install, kept until the person wants it. */
interface Prompt extends Event {
  prompt(): Promise<{ readonly outcome: 'accepted' | 'dismissed' }>
}

const kept = shallowRef<Prompt | null>(null)

/** How this browser offers to install; null where it has not. */
export const offered = readonly(kept)

/** Keeps the browser's offer for when the person asks: not over a first report. */
export function heedOffer(): void {
  addEventListener('beforeinstallprompt', (event) => {
    event.preventDefault()
    kept.value = event as Prompt
  })
}

/** Asks the browser to install; whether the person agreed. It can be asked once. */
export async function install(): Promise<boolean> {
  const answer = await kept.value?.prompt()
  kept.value = null
  return answer?.outcome === 'accepted'
}

/** Whether this is an iPhone or an iPad, which calls itself a Mac with fingers. */
export function isApple(): boolean {
  const { userAgent = '', maxTouchPoints = 0 } = navigator
  return /iPhone|iPad|iPod/.test(userAgent) || (/Macintosh/.test(userAgent) && maxTouchPoints > 1)
}

export function isInstalled(): boolean {
  return (navigator as { standalone?: boolean }).standalone === true || matchMedia('(display-mode: standalone)').matches
}

const told = 'buxun.homescreen'

/** Whether the person is to be told before this step, because the browser may clear what they are about to store. */
export function tells(step: string): boolean {
  return isApple() && !isInstalled() && localStorage.getItem(`${told}.${step}`) === null
}

/** The person read it and goes on: it is not said again before this step. */
export function toldOf(step: string): void {
  localStorage.setItem(`${told}.${step}`, 'told')
}
