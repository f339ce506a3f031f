// What the browser says of its storage. It may take everything away at once unless it promised not to.

/** Asks for storage that the browser does not clear by itself; null where it cannot be asked. */
export async function keepPersistent(): Promise<boolean | null> {
  try {
    return (await navigator.storage.persisted()) || (await navigator.storage.persist())
  } catch {
    return null
  }
}

/** Less room than this is said to the person while there still is some: about fifty photographs, a morning's work. */
const lowBytes = 200_000_000

export function isLow({ used, quota }: { readonly used: number; readonly quota: number }): boolean {
  return quota - used < lowBytes
}

/** Bytes used and allowed; null where the browser does not say. */
export async function storageUse(): Promise<{ used: number; quota: number } | null> {
  try {
    const { usage, quota } = await navigator.storage.estimate()
    return usage === undefined || quota === undefined ? null : { used: usage, quota }
  } catch {
    return null
  }
}
