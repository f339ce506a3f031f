// What stands on a stamped copy: when, where by the live fix, on which ground, by whom, and the number to find it again.
import type { Case, CasePhoto } from '@shared/types.gen'
import type { Ground } from '../../state/areas'
import { exact } from '../../words/time'
import { t } from '../../words/words'

/** Its lines. The place is that of the phone at the shutter; what a file says of itself is never taken for it. */
export function stampOf(c: Case, photo: CasePhoto, ground: Ground | null, collector: string): string[] {
  return [
    join(exact(photo.takenAt), photo.origin === 'gallery' ? t('photo.fromGallery') : ''),
    placeOf(photo),
    join(wordsOf(c, ground), ground?.unitGrid?.code ?? ''),
    join(collector, c.short, c.number ?? ''),
  ]
}

export function fileNameOf(c: Case, { takenAt }: CasePhoto, index: number): string {
  return `${c.short}-${index + 1}-${exact(takenAt).replace(/\D+/g, '-').replace(/-$/, '')}.jpg`
}

function placeOf({ fix }: CasePhoto): string {
  if (fix === undefined) return t('case.noPlace')
  return t('stamp.place', { latitude: fix.latitude.toFixed(6), longitude: fix.longitude.toFixed(6), metres: Math.max(1, Math.round(fix.accuracy)) })
}

/** The address as it was written; the ground in front where it does not name it itself. */
function wordsOf({ address = '' }: Case, ground: Ground | null): string {
  const area = ground?.community?.name ?? ''
  return address.startsWith(area) ? address : join(area, address)
}

function join(...parts: readonly string[]): string {
  return parts.filter((part) => part !== '').join(t('ui.separator'))
}
