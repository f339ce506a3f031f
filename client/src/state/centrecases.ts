// Cases that the centre showed and the feed did not bring: looked at, and kept here until the feed drops them again.

import type { Case } from '@shared/types.gen'
import { bringCase } from '../db/cases'
import type { CaseView } from './contract'
import { useState } from './keys'

export interface CentreCases {
  /** As a list shows it; its pictures may be looked at. */
  glance(c: Case): CaseView
  /** It is then among the phone's own. */
  keep(c: Case): Promise<void>
}

export function useCentreCases(): CentreCases {
  const { inside, session, photos } = useState()
  return {
    glance: (c) => {
      photos.glance(c)
      return { case: c, travel: { kind: 'arrived' }, mine: c.reporter.id === session.person.value?.id, unsent: 0, lost: false, unread: false }
    },
    keep: (c) => inside((store, person) => bringCase(store, person, c)),
  }
}
