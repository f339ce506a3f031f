import type { Draft } from '../../state/contract'

/** Where a draft is gone on with. */
export function pathOf(draft: Pick<Draft, 'kind' | 'id' | 'caseId'>): string {
  switch (draft.kind) {
    case 'report':
      return `/report?draft=${draft.id}`
    case 'selfHandle':
      return `/selfhandle?draft=${draft.id}`
    case 'resubmit':
    case 'attach':
      return `/${draft.kind}/${draft.caseId}`
    default:
      return `/cases/${draft.caseId}/do/${draft.kind}`
  }
}
