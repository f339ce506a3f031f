import { computed } from 'vue'
import type { FoundCategory } from '@shared/taxonomy'
import type { Reference } from '../engine/reference'
import type { CasesState, CategoryView, TaxonomyState } from './contract'
import { useState } from './keys'
import { follow } from './refs'

export function useTaxonomy(): TaxonomyState {
  return useState().taxonomy
}

const chips = 6

export function makeTaxonomy(reference: Reference, { cases }: Pick<CasesState, 'cases'>, language: () => 'zh' | 'en'): TaxonomyState {
  const taxonomy = follow(reference.taxonomy)
  const view = ({ key, name, classCode, class: group, code, standard, kind, confirmed }: FoundCategory): CategoryView => {
    return { key, name: name[language()], classCode, className: group[language()], code, standard, kind, confirmed }
  }
  /** How often the person reported each category. */
  const habit = computed(() => {
    const counts = new Map<string, number>()
    for (const { mine, case: c } of cases.value) {
      if (mine && c.category !== undefined) counts.set(c.category, (counts.get(c.category) ?? 0) + 1)
    }
    return [...counts].sort((a, b) => b[1] - a[1]).map(([key]) => key)
  })
  return {
    ready: computed(() => taxonomy.value !== null),
    name: (key) => taxonomy.value?.category(key)?.name[language()] ?? key.split('|').pop() ?? key,
    category: (key) => {
      const found = taxonomy.value?.category(key)
      return found === undefined ? null : view(found)
    },
    likely: () => {
      const index = taxonomy.value
      if (index === null) return []
      const keys = new Set([...habit.value.filter((key) => index.known(key)), ...index.usual.map((category) => category.key)])
      return [...keys].slice(0, chips).flatMap((key) => index.category(key) ?? []).map(view)
    },
    search: (query) => taxonomy.value?.search(query).map(view) ?? [],
  }
}
