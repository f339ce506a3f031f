// The machine's words for what stands in a row, as people say them.
import { t, type Key } from '../../words/words'
import type { Kind } from '../../state/office/office'

const words: Readonly<Record<string, Readonly<Record<string, Key>>>> = {
  role: { collector: 'role.collector', leader: 'role.leader', unit: 'role.unit', admin: 'role.admin' },
  state: { active: 'office.active', disabled: 'office.disabled' },
  areaKind: { community: 'area.community', unitGrid: 'area.unitGrid', dutyGrid: 'area.dutyGrid' },
  calendarKind: { hours: 'calendar.kind.hours', free: 'calendar.kind.free', holiday: 'calendar.kind.holiday', makeUp: 'calendar.kind.makeUp' },
  phraseKind: {
    description: 'phraseKind.description', address: 'phraseKind.address', return: 'phraseKind.return', reject: 'phraseKind.reject', auditFail: 'phraseKind.auditFail',
  },
}

/** @param squadName finds a squad's name by its code, unitName a unit's */
export function valueWords(kind: Kind, field: string, value: string, squadName: (code: string) => string, unitName = (code: string) => code): string {
  if (field === 'squad') return squadName(value)
  if (field === 'unit') return unitName(value)
  const table = field === 'kind' ? (kind === 'phrases' ? 'phraseKind' : kind === 'calendar' ? 'calendarKind' : 'areaKind') : field
  const key = words[table]?.[value]
  return key ? t(key) : value
}
