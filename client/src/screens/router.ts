import { watch } from 'vue'
import { createRouter, createWebHistory, type Router } from 'vue-router'
import type { SessionState } from '../state/contract'
import { tells } from '../ui/install'
import { firstScreen, routes } from './routes'

/** The way between screens: nobody gets past the sign-in page unsigned, and everybody to their own first screen. */
export function makeRouter({ person, expired }: Pick<SessionState, 'person' | 'expired'>): Router {
  const router = createRouter({
    history: createWebHistory(),
    routes,
    scrollBehavior: (_to, _from, saved) => saved ?? { top: 0 },
  })
  router.beforeEach((to) => {
    const who = person.value
    // Where the browser may clear what is stored, it is said before anything is: at the first sign-in, and before the first record.
    const step = to.path === '/signin' ? 'signin' : who !== null && to.meta.writing ? 'case' : ''
    if (step !== '' && !expired.value && tells(step)) return { path: '/homescreen', query: { next: to.fullPath, before: step } }
    if (to.path === '/homescreen' || to.path === '/lost') return true
    if (who === null) return to.path === '/signin' ? true : { path: '/signin', query: to.path === '/' ? {} : { back: to.fullPath } }
    if (to.path === '/signin') return expired.value ? true : firstScreen(who.role)
    return to.meta.roles === undefined || to.meta.roles.includes(who.role) ? true : firstScreen(who.role)
  })
  watch(person, (who) => {
    if (who === null) void router.replace('/signin')
  })
  return router
}
