// The screens of the field in one file: a dozen small ones cost a phone on a thin line a round trip and a kilobyte of headers each.
export { default as Capture } from './capture/Capture.vue'
export { default as Supplement } from './capture/Supplement.vue'
export { default as CasePage } from './case/CasePage.vue'
export { default as Cases } from './cases/Cases.vue'
export { default as Install } from './install/Install.vue'
export { default as Me } from './me/Me.vue'
export { default as Phone } from './phone/Phone.vue'
export { default as Storage } from './storage/Storage.vue'
