// The photos of the cases that come next are fetched, opened and decoded while the leader looks at this one.
import { effectScope, onScopeDispose, watch, type EffectScope } from 'vue'
import { usePhotos } from '../../state/photos'

/** What is on the screen comes first. */
const delayMs = 150

/** Keeps the screen pictures of these hashes ready, and lets go of those that are no longer among them. */
export function usePrefetch(wanted: () => readonly string[]): void {
  const photos = usePhotos()
  const held = new Map<string, EffectScope>()
  let timer = 0

  function hold(hash: string): void {
    const scope = effectScope(true)
    held.set(hash, scope)
    scope.run(() => {
      // The element is kept as long as its picture: a browser forgets what it decoded for nobody.
      const picture = new Image()
      onScopeDispose(() => (picture.src = ''))
      watch(photos.look(hash, 'screen').url, (url) => {
        if (url === null) return
        picture.src = url
        void picture.decode().catch(() => undefined) // the screen says so when it is shown
      }, { immediate: true })
    })
  }

  function release(keep: ReadonlySet<string>): void {
    for (const [hash, scope] of held) {
      if (keep.has(hash)) continue
      scope.stop()
      held.delete(hash)
    }
  }

  watch(wanted, (hashes) => {
    window.clearTimeout(timer)
    timer = window.setTimeout(() => {
      release(new Set(hashes))
      for (const hash of hashes) if (!held.has(hash)) hold(hash)
    }, delayMs)
  }, { immediate: true })

  onScopeDispose(() => {
    window.clearTimeout(timer)
    release(new Set())
  })
}
