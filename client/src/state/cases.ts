import type { CasesState } from './contract'
import { useState } from './keys'
import type { Ledger } from './ledger'
import { shown } from './refs'

export function useCases(): CasesState {
  return useState().cases
}

export function makeCases(ledger: Ledger): CasesState {
  return { cases: ledger.views, ready: shown(ledger.ready), failed: shown(ledger.failed) }
}
