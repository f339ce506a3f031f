// Which ground a place lies on, from the outlines that the phone holds: works out of reach.

import type { Area } from './contract'
import type { Spot } from './near'

/** The ground around a place, from the widest to the narrowest; null where the phone knows none. */
export interface Ground {
  readonly community: Area | null
  readonly dutyGrid: Area | null
  readonly unitGrid: Area | null
}

export function groundAt(areas: readonly Area[], { longitude, latitude }: Spot): Ground {
  const at = (kind: Area['kind']) => areas.find((area) => area.kind === kind && contains(area.ring, longitude, latitude)) ?? null
  return { community: at('community'), dutyGrid: at('dutyGrid'), unitGrid: at('unitGrid') }
}

/** Whether a ray to the east crosses the outline an odd number of times. West and south edges belong to an area, the others to its neighbours. */
function contains(ring: Area['ring'], longitude: number, latitude: number): boolean {
  let inside = false
  ring.forEach(([x, y], i) => {
    const [x0, y0] = ring[(i || ring.length) - 1] ?? [x, y]
    if (y > latitude === y0 > latitude) return
    if (longitude < x + ((x0 - x) * (latitude - y)) / (y0 - y)) inside = !inside
  })
  return inside
}
