// The leaders' screens in one file, apart from the collectors' (field.ts): whoever leads fetches it at the first sign-in, and it is kept from then on.
export { default as Day } from './day/Day.vue'
export { default as Links } from './links/Links.vue'
export { default as Many } from './many/Many.vue'
export { default as PhrasesPage } from './phrases/PhrasesPage.vue'
export { default as Review } from './review/Review.vue'
export { default as Steps } from './steps/Steps.vue'
