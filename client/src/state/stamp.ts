import { Fault } from '@shared/fault'
import { stamp } from '../device/stamp'
import { usePhotos } from './photos'

/** Makes stamped copies on demand: from the phone's original, else from the server's. Nothing of them is kept or sent (L7). */
export function useStamp(): (hash: string, lines: readonly string[]) => Promise<Blob> {
  const photos = usePhotos()
  return async (hash, lines) => {
    const original = await photos.original(hash)
    if (original === null) throw new Fault('photo.notHere', hash)
    return stamp(original, lines)
  }
}
