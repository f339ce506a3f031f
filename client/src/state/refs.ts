import { onScopeDispose, readonly, shallowRef, type Ref, type ShallowRef } from 'vue'
import type { Value } from '../engine/value'

/** The engine's value as a ref that follows it. */
export function follow<T>(value: Value<T>): Readonly<ShallowRef<T>> {
  const followed = shallowRef(value.value)
  value.watch((next) => (followed.value = next))
  return followed
}

/** A ref that screens may only read. */
export function shown<T>(ref: Ref<T>): Readonly<Ref<T>> {
  return readonly(ref) as Readonly<Ref<T>>
}

/** Calls `end` when the component that asked goes away. */
export function whenLeft(end: () => void): void {
  onScopeDispose(end, true)
}
