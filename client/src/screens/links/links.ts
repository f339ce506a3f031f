import type { ContractorLink, FreshLink, LinkState } from '../../state/office/links'
import type { IconName } from '../../ui/icons'

/** A link that was just made, for whom. */
export interface Given extends FreshLink {
  readonly contractor: string
}

export const icons: Readonly<Record<LinkState, IconName>> = { open: 'clock', sending: 'up', used: 'check', revoked: 'dash', expired: 'dash', over: 'dash' }

/** The contractors that had links to this case, the last first: whoever has it once has it again. */
export function namesOf(links: readonly ContractorLink[]): readonly string[] {
  return [...new Set(links.map((link) => link.contractor))].slice(0, 3)
}

/** The lives that are offered, in days. */
export function spans({ days, maxDays }: { readonly days: number; readonly maxDays: number }): readonly number[] {
  return [...new Set([1, days, 7, maxDays])].filter((n) => n >= 1 && n <= maxDays).sort((a, b) => a - b)
}

/** The picture of a QR code, for a page that takes no inline image but a data address. */
export function pictureOf(svg: string): string {
  return `data:image/svg+xml,${encodeURIComponent(svg)}`
}
