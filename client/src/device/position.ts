// Where the phone is: the best of the fixes that came lately, as the device gave them. WGS-84.

import { oldFixMs, type Fix } from '@shared/types.gen'

export type PositionProblem = 'denied' | 'unavailable' | 'timeout'

const patienceMs = 20_000

/** A phone that stands still may hear nothing new from its watch; it is asked before its fix counts as old (OldFixMs). */
const againMs = 8_000

/** Metres a second at which somebody who patrols leaves the place of a fix behind. */
const walking = 1.4

/**
 * The one to keep of the fix that is there and a new one: the more accurate, where the older one is made worse by how far
 * one may have walked since, unless it would count as old beside the new one.
 */
export function better(have: Fix | null, next: Fix): Fix {
  if (have === null || next.at - have.at > oldFixMs) return next
  const walked = (Math.max(0, next.at - have.at) / 1000) * walking
  return next.accuracy <= have.accuracy + walked ? next : have
}

export function fixOf({ coords, timestamp }: GeolocationPosition): Fix {
  const { longitude, latitude, accuracy, heading, speed } = coords
  const moving = heading !== null && Number.isFinite(heading) ? { heading } : {}
  return { longitude, latitude, accuracy, at: Math.round(timestamp), source: 'device', ...moving, ...(speed !== null && Number.isFinite(speed) && { speed }) }
}

/** Follows the position until the returned function is called. */
export function followPosition(found: (fix: Fix) => void, failed: (problem: PositionProblem) => void): () => void {
  if (!('geolocation' in navigator)) {
    failed('unavailable')
    return () => undefined
  }
  const heard = (position: GeolocationPosition) => found(fixOf(position))
  const id = navigator.geolocation.watchPosition(heard, (error) => failed(problemOf(error.code)), {
    enableHighAccuracy: true, timeout: patienceMs, maximumAge: 0,
  })
  const again = setInterval(() => {
    navigator.geolocation.getCurrentPosition(heard, () => undefined, { enableHighAccuracy: true, timeout: againMs, maximumAge: 0 })
  }, againMs)
  return () => {
    navigator.geolocation.clearWatch(id)
    clearInterval(again)
  }
}

function problemOf(code: number): PositionProblem {
  if (code === 1) return 'denied'
  return code === 3 ? 'timeout' : 'unavailable'
}
