// What the browser says of its storage. It may take everything away at once unless it promised not to.

/** Asks for storage that the browser does not clear by itself; null where it cannot be asked. */
export async function keepPersistent(): Promise<boolean | null> {
  try {
    return (await navigator.storage.persisted()) || (await navigator.storage.persist())
  } catch {
    return null
  }
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
