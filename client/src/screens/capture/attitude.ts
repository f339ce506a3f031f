// How the phone is held: the tilt of the picture and where the camera looks, where the device says so. It helps, it never blocks.
import { onMounted, onUnmounted, readonly, ref } from 'vue'
import { isApple } from '../../ui/install'

/** Angles of a DeviceOrientationEvent in degrees. */
interface Angles {
  readonly alpha: number | null
  readonly beta: number | null
  readonly gamma: number | null
}

/** A camera that looks at the ground has no horizon: below this share of gravity in the picture's plane nothing is said. */
const leastUpright = 0.4
const degree = Math.PI / 180

/**
 * Degrees that the picture leans to the right, -45 to 45 from the nearest way up (a phone on its side is held straight too);
 * null where it looks up or down, or the device does not say.
 */
export function leanOf({ beta, gamma }: Angles): number | null {
  if (beta === null || gamma === null) return null
  const right = -Math.cos(beta * degree) * Math.sin(gamma * degree)
  const top = Math.sin(beta * degree)
  if (Math.hypot(right, top) < leastUpright) return null
  const lean = -Math.atan2(right, top) / degree
  return lean - Math.round(lean / 90) * 90
}

/** Where the back camera looks, degrees clockwise from the device's north; null where it looks up or down or nothing is known. */
export function headingOf({ alpha, beta, gamma }: Angles): number | null {
  if (alpha === null || beta === null || gamma === null) return null
  const [a, b, c] = [alpha * degree, beta * degree, gamma * degree]
  const east = -Math.cos(a) * Math.sin(c) - Math.sin(a) * Math.sin(b) * Math.cos(c)
  const north = -Math.sin(a) * Math.sin(c) + Math.cos(a) * Math.sin(b) * Math.cos(c)
  if (Math.hypot(east, north) < leastUpright) return null
  return Math.round(Math.atan2(east, north) / degree + 360) % 360
}

/** Which way a walker's phone points: where it looks, or where its upper edge does while it lies flat in the hand. */
export function facingOf(angles: Angles): number | null {
  if (angles.alpha === null) return null
  return headingOf(angles) ?? Math.round(360 - angles.alpha) % 360
}

/** How far to turn from one heading to another: degrees clockwise, -180 to 180. */
export function turnTo(from: number, to: number): number {
  return ((((to - from + 180) % 360) + 360) % 360) - 180
}

interface AskingEvent {
  requestPermission?(): Promise<'granted' | 'denied'>
}

/** Follows the device while the component is shown. iPhones ask the person first, and only after a tap: `asks` says so. */
export function useAttitude() {
  const lean = ref<number | null>(null)
  const heading = ref<number | null>(null)
  const facing = ref<number | null>(null)
  const permission = typeof DeviceOrientationEvent === 'undefined' ? undefined : (DeviceOrientationEvent as unknown as AskingEvent).requestPermission
  const asks = ref(permission !== undefined && isApple())

  function tilted(event: DeviceOrientationEvent): void {
    lean.value = leanOf(event)
    // Only angles against the earth tell a direction; the others start wherever the phone was switched on.
    if (event.absolute) heading.value = headingOf(event)
    // iPhones tell the compass apart from the angles.
    const { webkitCompassHeading: compass } = event as DeviceOrientationEvent & { readonly webkitCompassHeading?: number }
    if (compass !== undefined) facing.value = compass
    else if (event.absolute) facing.value = facingOf(event)
  }

  function listen(): void {
    addEventListener('deviceorientation', tilted)
    addEventListener('deviceorientationabsolute', tilted)
  }

  async function ask(): Promise<void> {
    asks.value = false
    if ((await permission?.().catch(() => 'denied')) === 'granted') listen()
  }

  onMounted(() => {
    if (!asks.value) listen()
  })
  onUnmounted(() => {
    removeEventListener('deviceorientation', tilted)
    removeEventListener('deviceorientationabsolute', tilted)
  })
  return { lean: readonly(lean), heading: readonly(heading), facing: readonly(facing), asks: readonly(asks), ask }
}
