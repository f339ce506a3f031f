import { readonly, ref } from 'vue'

export const themes = ['day', 'sun', 'night'] as const
export type Theme = (typeof themes)[number]

const stored = 'buxun.theme'
const current = ref<Theme>('day')

export const theme = readonly(current)

/** Puts the kept theme on the page; called once before anything is drawn. */
export function restoreTheme(): void {
  const kept = themes.find((name) => name === localStorage.getItem(stored))
  show(kept ?? 'day')
}

export function chooseTheme(name: Theme): void {
  localStorage.setItem(stored, name)
  show(name)
}

function show(name: Theme): void {
  current.value = name
  document.documentElement.dataset.theme = name
}
