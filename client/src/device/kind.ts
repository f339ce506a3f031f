// What a file is by its first bytes, whatever its name says.

export type PhotoType = 'image/jpeg' | 'image/png' | 'image/webp' | 'image/heic' | 'image/heif' | 'image/avif'

/** Types that are kept although this browser may not be able to show them. */
const keptUnseen: ReadonlySet<PhotoType> = new Set(['image/heic', 'image/heif', 'image/avif'])

/** null for what is no photograph. */
export function kindOf(bytes: ArrayBuffer): PhotoType | null {
  const head = new Uint8Array(bytes, 0, Math.min(64, bytes.byteLength))
  if (head[0] === 0xff && head[1] === 0xd8 && head[2] === 0xff) return 'image/jpeg'
  const text = String.fromCharCode(...head)
  if (text.startsWith('\x89PNG\r\n\x1a\n')) return 'image/png'
  if (text.startsWith('RIFF') && text.slice(8, 12) === 'WEBP') return 'image/webp'
  return text.slice(4, 8) === 'ftyp' ? brandOf(text) : null
}

/** The type of an ISO container by its brands: the major one, then the compatible ones. */
function brandOf(text: string): PhotoType | null {
  const brands = [text.slice(8, 12), ...(text.slice(16).match(/.{4}/gs) ?? [])]
  if (brands.some((brand) => brand === 'avif' || brand === 'avis')) return 'image/avif'
  if (brands.some((brand) => ['heic', 'heix', 'heim', 'heis', 'hevc', 'hevx'].includes(brand))) return 'image/heic'
  return brands.some((brand) => brand === 'mif1' || brand === 'msf1') ? 'image/heif' : null
}

/** Whether a photograph that this browser cannot decode is kept as it is, without a preview. */
export function isKeptUnseen(type: PhotoType): boolean {
  return keptUnseen.has(type)
}
