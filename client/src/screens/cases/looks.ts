// States and travels in words, shapes and tones, exactly as the house's tables have them.
import type { State } from '@shared/types.gen'
import type { CaseView, Travel } from '../../state/contract'
import type { IconName } from '../../ui/icons'
import { t } from '../../words/words'
import { sentence, toldOf } from '../tell'

export interface Look {
  readonly icon: IconName
  readonly tone: 'amber' | 'orange' | 'blue' | 'violet' | 'teal' | 'green' | 'grey' | 'red'
}

const looks: Readonly<Record<State, Look>> = {
  reported: { icon: 'circle', tone: 'amber' },
  returned: { icon: 'back', tone: 'orange' },
  filed: { icon: 'document', tone: 'blue' },
  rejected: { icon: 'dash', tone: 'grey' },
  selfHandled: { icon: 'broom', tone: 'teal' },
  closed: { icon: 'check', tone: 'green' },
  void: { icon: 'dash', tone: 'grey' },
  verifying: { icon: 'eye', tone: 'amber' },
  dispatched: { icon: 'wrench', tone: 'violet' },
  handled: { icon: 'half', tone: 'teal' },
  suspended: { icon: 'pause', tone: 'grey' },
  merged: { icon: 'dash', tone: 'grey' },
}

export function lookOf(state: State): Look {
  return looks[state]
}

export function travelLook(travel: Travel): Look {
  switch (travel.kind) {
    case 'onPhone':
      return { icon: 'phone', tone: 'amber' }
    case 'going':
    case 'photosOnTheWay':
      return { icon: 'up', tone: 'blue' }
    case 'arrived':
      return { icon: 'arrived', tone: 'green' }
    case 'late':
      return { icon: 'clock', tone: 'grey' }
    case 'refused':
    case 'lost':
    case 'damaged':
      return { icon: 'warning', tone: 'red' }
  }
}

/** So many photos, or voice notes, or both. */
function amount(n: number, voices = 0): string {
  if (voices === 0) return t('light.photos', { photos: n })
  return voices === n ? t('light.voices', { voices }) : t('travel.both', { n })
}

export function travelWords(view: CaseView): string {
  const { travel } = view
  switch (travel.kind) {
    case 'onPhone':
      return t('travel.onPhone')
    case 'going':
      return travel.photos > 0 ? t('travel.goingPhotos', { sent: travel.sent, what: amount(travel.photos, travel.voices) }) : t('travel.going')
    case 'photosOnTheWay':
      return t('travel.photosOnTheWay', { what: amount(travel.left, travel.voices) })
    case 'arrived':
      return t('travel.arrived')
    case 'lost':
      return t('travel.lost', { what: amount(travel.photos, travel.voices) })
    case 'damaged':
      return t('travel.damaged', { what: amount(travel.photos, travel.voices) })
    case 'late':
      return view.case.state === 'closed' ? t('travel.lateClosed') : sentence(travel.fault)
    case 'refused':
      return t('travel.refused', { reason: toldOf(travel.fault).what })
  }
}
