// Which rows of a long list can be seen. Pure: heights are what was measured, or a guess until then.

/** Where each row begins, in pixels from the list's top; the last entry is where the list ends. */
export function placesOf(keys: readonly string[], measured: ReadonlyMap<string, number>, guess: number): Float64Array {
  const places = new Float64Array(keys.length + 1)
  keys.forEach((key, i) => (places[i + 1] = (places[i] ?? 0) + (measured.get(key) ?? guess)))
  return places
}

/** The rows from `from` up to, and without, `to` that lie between top and bottom, and `spare` pixels around them. */
export function windowOf(places: Float64Array, top: number, bottom: number, spare: number): { from: number; to: number } {
  const rows = places.length - 1
  const from = Math.max(0, firstAfter(places, top - spare) - 1)
  return { from: Math.min(from, rows), to: Math.min(rows, Math.max(from, firstAfter(places, bottom + spare))) }
}

/** The first place at or beyond a pixel, by halving. */
function firstAfter(places: Float64Array, pixel: number): number {
  let low = 0
  let high = places.length - 1
  while (low < high) {
    const middle = (low + high) >> 1
    if ((places[middle] ?? 0) <= pixel) low = middle + 1
    else high = middle
  }
  return low
}
