/** The capture screen, fetched by the home screen while nobody waits: a shutter is pressed in a hurry. */
export const loadCapture = () => import('./Capture.vue')
