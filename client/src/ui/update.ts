// A new version is stored in the background and waits (keepapp.ts); what the screens see of it.
import { readonly, ref } from 'vue'

const state = ref<'none' | 'ready' | 'wanted'>('none')

/** Whether a new version is ready; `wanted` while it was let in and somebody still writes. */
export const update = readonly(state)

let letIn: () => void = () => undefined

/** Lets the new version in, as soon as nobody writes; the pages come back by themselves. */
export function takeUpdate(): void {
  state.value = 'wanted'
  letIn()
}

/** A new version is ready: `take` is called when the person lets it in. */
export function offer(take: () => void): void {
  letIn = take
  state.value = 'ready'
}
