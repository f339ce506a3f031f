// Photos that the phone had no room for. They were never said to be stored: they stand in the memory of this page, which says
// so and asks before it is closed, until there is room or the person lets them go.
import { shallowRef } from 'vue'
import type { Draft, DraftPhoto, ShutterMore } from '../../state/contract'

export interface Unsaved {
  /** Whose it is, and which record's. */
  readonly person: string
  readonly kind: Draft['kind']
  readonly caseId: string
  readonly file: Blob
  readonly origin: DraftPhoto['origin']
  readonly part: DraftPhoto['part']
  readonly takenAt: number
  readonly more: ShutterMore
}

export const unsaved = shallowRef<readonly Unsaved[]>([])

const stay = (event: BeforeUnloadEvent) => event.preventDefault()

function set(next: readonly Unsaved[]): void {
  unsaved.value = next
  document.documentElement.toggleAttribute('data-unsaved', next.length > 0) // a new version waits for them (ui/keepapp.ts)
  if (next.length > 0) addEventListener('beforeunload', stay)
  else removeEventListener('beforeunload', stay)
}

export function strand(one: Unsaved): void {
  set([...unsaved.value, one])
}

export function dropUnsaved(gone: readonly Unsaved[]): void {
  set(unsaved.value.filter((one) => !gone.includes(one)))
}
