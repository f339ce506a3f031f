import { readonly, ref } from 'vue'

const tick = 20_000
const current = ref(Date.now())

/** The centre's clock minus this phone's, ms, as far as it was measured: time limits run by the centre's. */
export const skew = ref(0)

/** The time for words like "3 minutes ago": one clock for the whole page, coarse on purpose. */
export const now = readonly(current)

setInterval(() => (current.value = Date.now()), tick)
