import { readonly, ref } from 'vue'

const tick = 20_000
const current = ref(Date.now())

/** The time for words like "3 minutes ago": one clock for the whole page, coarse on purpose. */
export const now = readonly(current)

setInterval(() => (current.value = Date.now()), tick)
