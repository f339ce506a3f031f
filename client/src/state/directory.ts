import { computed } from 'vue'
import type { Reference } from '../engine/reference'
import type { DirectoryState, SessionState } from './contract'
import { useState } from './keys'
import { follow } from './refs'

export function useDirectory(): DirectoryState {
  return useState().directory
}

export function makeDirectory(reference: Reference, { person }: Pick<SessionState, 'person'>): DirectoryState {
  const directory = follow(reference.directory)
  const labels = computed(() => new Map(directory.value?.people.map(({ id, label }) => [id, label])))
  const limits = follow(reference.limits)
  const squads = computed(() => new Map(directory.value?.squads.map(({ code, name }) => [code, name])))
  const units = computed(() => new Map(directory.value?.units?.map(({ code, name }) => [code, name])))
  return {
    label: (id) => (id === person.value?.id ? person.value.label : (labels.value.get(id) ?? id.slice(0, 8))),
    unitName: (code) => units.value.get(code) ?? (code === person.value?.unit ? (person.value.unitName ?? code) : code),
    people: computed(() => directory.value?.people ?? []),
    units: computed(() => directory.value?.units ?? []),
    // What was kept before there were outlines has none.
    areas: computed(() => directory.value?.areas ?? []),
    register: computed(() => directory.value?.register ?? []),
    conditions: (category) => limits.value?.conditions?.filter((one) => one.category === category) ?? [],
    squadName: (code) => squads.value.get(code) ?? (code === person.value?.squad ? person.value.squadName : code),
  }
}
