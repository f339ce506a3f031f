/**
 * The file as the phone's own share sheet takes it; null where it takes none. Chromium shares only endings that it knows: there it
 * goes as text, which it is not, under a name that says so.
 */
export function shareable(file: Blob, name: string): File | null {
  const asItIs = new File([file], `${name}.buxun`, { type: 'application/octet-stream' })
  const asText = new File([file], `${name}.buxun.txt`, { type: 'text/plain' })
  return [asItIs, asText].find((one) => navigator.canShare?.({ files: [one] }) === true) ?? null
}
