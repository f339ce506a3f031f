// A camera that stands still for a moment gives the same picture twice: what was to show it before and after would be one photo.

/** So often another picture is waited for; then the camera hangs, and what it shows is what there is. */
const mostWaits = 5

/**
 * A picture that is not the last one, byte for byte. It is taken at once, whatever becomes of the one before.
 *
 * @param take gives the picture that the camera shows
 * @param moved resolves when it shows another, or has not for a while
 */
export async function anotherThan(before: Promise<Blob | null>, take: () => Promise<Blob>, moved: () => Promise<void>): Promise<Blob> {
  let made = await take()
  const last = await before
  for (let waited = 0; waited < mostWaits && last !== null && (await same(last, made)); waited++) {
    await moved()
    made = await take().catch(() => made) // the page went away meanwhile
  }
  return made
}

async function same(one: Blob, other: Blob): Promise<boolean> {
  if (one.size !== other.size) return false
  const [a, b] = await Promise.all([one, other].map(async (blob) => new Uint8Array(await blob.arrayBuffer())))
  return a !== undefined && b !== undefined && a.every((byte, i) => byte === b[i])
}
