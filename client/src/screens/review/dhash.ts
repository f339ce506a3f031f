// How alike two pictures are in their coarse shapes: whether each place is brighter than the one to its right, on a grid of nine by
// eight (difference hash). Light, size and compression change little of it. A hint for people; see docs/decisions.md.

export const width = 9
export const height = 8

/** @param rgba pixels of the picture drawn at nine by eight */
export function dhash(rgba: Uint8ClampedArray | readonly number[]): boolean[] {
  const bright = (x: number, y: number) => {
    const at = 4 * (y * width + x)
    return 0.299 * (rgba[at] ?? 0) + 0.587 * (rgba[at + 1] ?? 0) + 0.114 * (rgba[at + 2] ?? 0)
  }
  return Array.from({ length: (width - 1) * height }, (_, i) => {
    const [x, y] = [i % (width - 1), Math.floor(i / (width - 1))]
    return bright(x, y) > bright(x + 1, y)
  })
}

/** Share of the places that agree, 0 to 1. */
export function agreement(a: readonly boolean[], b: readonly boolean[]): number {
  return a.filter((bit, i) => bit === b[i]).length / a.length
}
