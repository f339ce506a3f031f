// What the sync light says. It never says more than storage and receipts prove (L13).
import type { IconName } from '../../ui/icons'
import { t } from '../../words/words'

export interface Seen {
  readonly allSent: boolean
  readonly records: number
  readonly photos: number
  readonly voices: number
  /** what this phone holds for other people, unsent */
  readonly others: { readonly records: number; readonly photos: number; readonly voices: number }
  /** refused operations, damaged photos and voice notes: nothing goes on with them until the person looks */
  readonly needs: number
  readonly link: 'stopped' | 'waiting' | 'opening' | 'greeting' | 'live'
}

export interface Light {
  readonly tone: 'green' | 'amber' | 'blue' | 'red' | 'grey'
  readonly icon: IconName
  readonly text: string
  /** What is said of the connection; '' while it is there. */
  readonly link: string
}

export function lightOf(seen: Seen): Light {
  const link = linkWords(seen.link)
  const waits = seen.records + seen.photos + seen.voices > 0
  if (seen.needs > 0) {
    const also = waits ? t('light.alsoWaiting', { waiting: howMuch(seen) }) : ''
    return { tone: 'red', icon: 'warning', text: t('light.needs', { n: seen.needs }) + also, link }
  }
  if (seen.allSent && !waits) return { tone: 'green', icon: 'check', text: allSent(seen), link }
  if (!waits) return { tone: 'grey', icon: 'clock', text: t('light.checking'), link }
  if (seen.link === 'live') return { tone: 'blue', icon: 'up', text: t('light.going', { waiting: howMuch(seen) }), link }
  return { tone: 'amber', icon: 'phone', text: t('light.waiting', { waiting: howMuch(seen) }), link }
}

/** Another's records on the same phone are not sent by one's own being so. */
function allSent({ others }: Seen): string {
  return others.records + others.photos + others.voices === 0 ? t('light.allSent') : t('light.mineSent', { waiting: howMuch(others) })
}

/** How much waits, without naming what there is none of. */
export function howMuch({ records, photos, voices }: Pick<Seen, 'records' | 'photos' | 'voices'>): string {
  const nothing = photos + voices === 0
  const parts = [
    records > 0 || nothing ? t('light.records', { records }) : '', photos > 0 ? t('light.photos', { photos }) : '', voices > 0 ? t('light.voices', { voices }) : '',
  ]
  return parts.filter((part) => part !== '').join(t('light.and'))
}

function linkWords(link: Seen['link']): string {
  if (link === 'live') return ''
  return link === 'opening' || link === 'greeting' ? t('link.opening') : t('link.away')
}
