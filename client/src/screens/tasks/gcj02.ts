// From the coordinates that positioning gives (WGS-84) to those that maps made in mainland China are drawn in (GCJ-02).

const axis = 6_378_245
const eccentricity = 0.006_693_421_622_965_943
const radians = Math.PI / 180

interface Point {
  readonly longitude: number
  readonly latitude: number
}

/** Outside the rectangle around China nothing is shifted. */
export function gcj02({ longitude, latitude }: Point): Point {
  if (longitude < 72.004 || longitude > 137.8347 || latitude < 0.8293 || latitude > 55.8271) return { longitude, latitude }
  const x = longitude - 105
  const y = latitude - 35
  const ripple = ((20 * wave(6 * x) + 20 * wave(2 * x)) * 2) / 3
  const north = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * Math.sqrt(Math.abs(x)) + ripple +
    ((20 * wave(y) + 40 * wave(y / 3) + 160 * wave(y / 12) + 320 * wave(y / 30)) * 2) / 3
  const east = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * Math.sqrt(Math.abs(x)) + ripple +
    ((20 * wave(x) + 40 * wave(x / 3) + 150 * wave(x / 12) + 300 * wave(x / 30)) * 2) / 3
  const curve = 1 - eccentricity * Math.sin(latitude * radians) ** 2
  return {
    longitude: longitude + east / ((axis / Math.sqrt(curve)) * Math.cos(latitude * radians) * radians),
    latitude: latitude + north / (((axis * (1 - eccentricity)) / curve ** 1.5) * radians),
  }
}

function wave(of: number): number {
  return Math.sin(of * Math.PI)
}
