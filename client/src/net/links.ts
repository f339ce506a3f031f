// Links by which a contractor without an account reports one case handled. They are made, listed and ended at the centre: nothing of them is kept on the phone.

import { ask, askJson } from './request'

export type LinkState = 'open' | 'sending' | 'used' | 'revoked' | 'expired' | 'over'

/** A link without its secret; times are the server's clock. */
export interface ContractorLink {
  readonly id: string
  readonly contractor: string
  readonly state: LinkState
  readonly madeAt: number
  readonly expiresAt: number
  readonly usedAt?: number
  readonly revokedAt?: number
}

export interface Links {
  /** The newest first. */
  readonly links: readonly ContractorLink[]
  /** How long a contractor's name may be, and how many days a link lives: usually, and at most. */
  readonly contractorRunes: number
  readonly days: number
  readonly maxDays: number
}

/** What is told once: the address with its secret, and its QR code as an SVG document. */
export interface FreshLink {
  readonly id: string
  readonly url: string
  readonly code: string
  readonly expiresAt: number
}

const patienceMs = 10_000
const at = (caseId: string, link = '') => `/api/cases/${encodeURIComponent(caseId)}/links${link === '' ? '' : `/${encodeURIComponent(link)}`}`

export function askLinks(caseId: string): Promise<Links> {
  return askJson(at(caseId), { patienceMs })
}

export function makeLink(caseId: string, contractor: string, days: number): Promise<FreshLink> {
  return askJson(at(caseId), { method: 'POST', body: { contractor, days }, patienceMs })
}

export function revokeLink(caseId: string, link: string): Promise<void> {
  return ask(at(caseId, link), { method: 'DELETE', patienceMs }, () => Promise.resolve())
}
