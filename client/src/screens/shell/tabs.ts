import type { Role } from '@shared/types.gen'
import type { CaseView } from '../../state/contract'
import type { IconName } from '../../ui/icons'

export type TabName = 'office' | 'home' | 'tasks' | 'review' | 'day' | 'cases' | 'phone' | 'me'

export interface Tab {
  readonly tab: TabName
  readonly to: string
  readonly icon: IconName
  /** pages of its own: beside the tab on the desk, on the page itself on the phone */
  readonly parts?: readonly Part[]
}

export interface Part {
  readonly tab: 'people' | 'squads' | 'units' | 'areas' | 'devices' | 'phrases' | 'register' | 'limits' | 'calendar' | 'webhooks' | 'rescue'
  readonly to: string
}

/** The office's pages. */
export const parts: readonly Part[] = (['people', 'squads', 'units', 'register', 'areas', 'devices', 'phrases', 'limits', 'calendar', 'webhooks', 'rescue'] as const).map((tab) => ({ tab, to: `/office/${tab}` }))

const all: Readonly<Record<TabName, Tab>> = {
  office: { tab: 'office', to: '/office/people', icon: 'office', parts },
  home: { tab: 'home', to: '/', icon: 'home' },
  tasks: { tab: 'tasks', to: '/tasks', icon: 'eye' },
  review: { tab: 'review', to: '/review', icon: 'review' },
  day: { tab: 'day', to: '/day', icon: 'people' },
  cases: { tab: 'cases', to: '/cases', icon: 'cases' },
  phone: { tab: 'phone', to: '/phone', icon: 'phone' },
  me: { tab: 'me', to: '/me', icon: 'person' },
}

/** Whether somebody is out for any of the cases. */
export function isSent(views: readonly CaseView[], person: string | undefined): boolean {
  return views.some(({ case: { task } }) => task !== undefined && task.assignee === person)
}

/** The tabs of a role: what it does first comes first; that of tasks while there are any. */
export function tabsOf(role: Role | undefined, sent = false): Tab[] {
  const rest = [all.cases, all.phone, all.me]
  if (role === 'leader') return [all.review, all.day, ...rest]
  if (role === 'unit') return [all.tasks, ...rest]
  return role === 'admin' ? [all.office, all.day, ...rest] : [all.home, ...(sent ? [all.tasks] : []), ...rest]
}
