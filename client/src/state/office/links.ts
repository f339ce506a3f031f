import { askLinks, type Links } from '../../net/links'
import { useAsked, type Asked } from './asked'

export type { ContractorLink, FreshLink, LinkState } from '../../net/links'
export { makeLink, revokeLink } from '../../net/links'

/** The links to a case. */
export function useLinks(caseId: string): Asked<Links> {
  return useAsked(() => askLinks(caseId))
}
