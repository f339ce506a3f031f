// What a draft becomes when it is saved.

import type { Change, Field, Payload } from '@shared/types.gen'
import type { Intent } from '../engine/phone'
import type { DraftPorts } from './draft'
import type { DraftFields } from './draftfields'
import type { Ledger } from './ledger'

const editable: readonly Extract<Field, 'category' | 'description' | 'address' | 'pin'>[] = ['category', 'description', 'address', 'pin']

/** The operation that a draft stands for. A new case takes the draft's id, so that saving twice is one case (L3). */
export function intentOf(id: string, fields: DraftFields, ledger: Ledger, { fix, taxonomy }: Pick<DraftPorts, 'fix' | 'taxonomy'>): Intent {
  const place = fix()
  const { photos, voices = [], corrects } = fields
  const caseId = fields.caseId === '' ? id : fields.caseId
  return {
    case: caseId, action: fields.kind, payload: payloadOf(fields, ledger), seen: ledger.find(caseId)?.case.revision ?? 0, taxonomy: taxonomy(), draft: id,
    ...(place && { place }),
    ...(photos.length > 0 && { photos: [...photos] }),
    ...(voices.length > 0 && { voices: [...voices] }),
    ...(corrects && { corrects }),
  }
}

function payloadOf(fields: DraftFields, ledger: Ledger): Payload {
  const { kind } = fields
  // What was to be a report's description goes with the photos where it turns out that the case is there already.
  const words = fields.words.trim() === '' && (kind === 'confirm' || kind === 'attach') ? fields.description : fields.words
  const said = words.trim() === '' ? {} : { words }
  if (kind === 'resubmit') {
    const changes = changesOf(fields, ledger)
    return { ...said, ...(changes.length > 0 && { changes }) }
  }
  if (kind !== 'report' && kind !== 'selfHandle') return said
  const payload: Payload = { ...said }
  for (const field of editable) if (fields[field] !== '') payload[field] = fields[field]
  return payload
}

/** What differs from the case as its author sees it. */
function changesOf(fields: DraftFields, ledger: Ledger): Change[] {
  const c = ledger.find(fields.caseId)?.case
  return editable.map((field) => ({ field, from: c?.[field] ?? '', to: fields[field] })).filter(({ from, to }) => from !== to)
}

