/** What a photograph of a phone of today takes, original and preview; it makes room a number that people know. */
const photoBytes = 4_000_000

/** About how many photographs still fit: a round number, there is no knowing better. */
export function photosLeft(bytes: number): number {
  const photos = Math.floor(bytes / photoBytes)
  const step = 10 ** Math.max(0, String(photos).length - 2)
  return Math.floor(photos / step) * step
}
