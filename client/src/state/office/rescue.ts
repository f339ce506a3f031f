import { askRescue, type Rescue } from '../../net/rescue'
import { useAsked, type Asked } from './asked'

export type { Differing, HealedPhone, Rescue } from '../../net/rescue'

/** Backups, their proofs, and what comes back after a restore. */
export function useRescue(): Asked<Rescue> {
  return useAsked(askRescue)
}
