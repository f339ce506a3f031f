import { computed } from 'vue'
import type { FoundCategory } from '@shared/taxonomy'
import type { Reference } from '../engine/reference'
import type { CategoryView, TaxonomyState } from './contract'
import { useState } from './keys'
import { follow } from './refs'

export function useTaxonomy(): TaxonomyState {
  return useState().taxonomy
}

export function makeTaxonomy(reference: Reference, language: () => 'zh' | 'en'): TaxonomyState {
  const taxonomy = follow(reference.taxonomy)
  const view = ({ key, name, classCode, class: group, code, standard, kind, confirmed }: FoundCategory): CategoryView => {
    return { key, name: name[language()], classCode, className: group[language()], code, standard, kind, confirmed }
  }
  return {
    ready: computed(() => taxonomy.value !== null),
    name: (key) => taxonomy.value?.category(key)?.name[language()] ?? key.split('|').pop() ?? key,
    category: (key) => {
      const found = taxonomy.value?.category(key)
      return found === undefined ? null : view(found)
    },
    usual: computed(() => taxonomy.value?.usual.map((category) => category.key) ?? []),
    search: (query) => taxonomy.value?.search(query).map(view) ?? [],
  }
}
