// The likeness of two photos, from the small pictures that come first.
import { effectScope, onScopeDispose, type Ref, ref, watch } from 'vue'
import { usePhotos } from '../../state/photos'
import { agreement, dhash, height, width } from './dhash'

async function shapeOf(url: string): Promise<boolean[]> {
  const picture = new Image()
  picture.src = url
  await picture.decode()
  const canvas = document.createElement('canvas')
  Object.assign(canvas, { width, height })
  const brush = canvas.getContext('2d')
  brush?.drawImage(picture, 0, 0, width, height)
  return brush === null ? [] : dhash(brush.getImageData(0, 0, width, height).data)
}

/** 0 to 1 for two hashes of originals; null while either picture is not to be had. */
export function useLikeness(hashes: () => readonly string[]): Readonly<Ref<number | null>> {
  const photos = usePhotos()
  const likeness = ref<number | null>(null)
  let scope = effectScope(true)
  onScopeDispose(() => scope.stop())
  watch(() => hashes().join(' '), (joined) => {
    scope.stop()
    likeness.value = null
    const [a = '', b = ''] = joined.split(' ')
    if (a === '' || b === '') return
    scope = effectScope(true)
    scope.run(() => {
      const urls = [a, b].map((hash) => photos.look(hash, 'preview').url)
      watch(urls, async ([first, second]) => {
        if (!first || !second) return
        const shapes = await Promise.all([shapeOf(first), shapeOf(second)]).catch(() => null) // a picture that cannot be shown tells nothing
        if (shapes !== null && hashes().join(' ') === joined) likeness.value = agreement(shapes[0], shapes[1])
      }, { immediate: true })
    })
  }, { immediate: true })
  return likeness
}
