export interface Drawing {
  readonly points: string
  /** of the box, in the same units */
  readonly width: number
  readonly height: number
  /** metres */
  readonly metresWide: number
  readonly metresHigh: number
}

const metresPerDegree = 111_320
const size = 100

/** An outline in WGS-84 degrees as a drawing that keeps its shape: a degree of longitude is shorter than one of latitude. */
export function drawingOf(ring: readonly (readonly [number, number])[]): Drawing {
  const longitudes = ring.map(([longitude]) => longitude)
  const latitudes = ring.map(([, latitude]) => latitude)
  const west = Math.min(...longitudes)
  const north = Math.max(...latitudes)
  const squeeze = Math.cos((((north + Math.min(...latitudes)) / 2) * Math.PI) / 180)
  const metresWide = (Math.max(...longitudes) - west) * squeeze * metresPerDegree
  const metresHigh = (north - Math.min(...latitudes)) * metresPerDegree
  const scale = size / Math.max(metresWide, metresHigh, 1e-9)
  const at = ([longitude, latitude]: readonly [number, number]) =>
    `${((longitude - west) * squeeze * metresPerDegree * scale).toFixed(2)},${((north - latitude) * metresPerDegree * scale).toFixed(2)}`
  return { points: ring.map(at).join(' '), width: metresWide * scale, height: metresHigh * scale, metresWide, metresHigh }
}
