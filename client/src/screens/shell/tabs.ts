import type { Role } from '@shared/types.gen'
import type { IconName } from '../../ui/icons'

export type TabName = 'home' | 'review' | 'cases' | 'phone' | 'me'

export interface Tab {
  readonly tab: TabName
  readonly to: string
  readonly icon: IconName
}

const all: Readonly<Record<TabName, Tab>> = {
  home: { tab: 'home', to: '/', icon: 'home' },
  review: { tab: 'review', to: '/review', icon: 'review' },
  cases: { tab: 'cases', to: '/cases', icon: 'cases' },
  phone: { tab: 'phone', to: '/phone', icon: 'phone' },
  me: { tab: 'me', to: '/me', icon: 'person' },
}

/** The tabs of a role: what it does first comes first. */
export function tabsOf(role: Role | undefined): Tab[] {
  const rest = [all.cases, all.phone, all.me]
  if (role === 'leader') return [all.review, ...rest]
  return role === 'admin' ? rest : [all.home, ...rest]
}
