import { watch } from 'vue'
import { createRouter, createWebHistory, type Router } from 'vue-router'
import type { SessionState } from '../state/contract'
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
    if (who === null) return to.path === '/signin' ? true : { path: '/signin', query: to.path === '/' ? {} : { back: to.fullPath } }
    if (to.path === '/signin') return expired.value ? true : firstScreen(who.role)
    return to.meta.roles === undefined || to.meta.roles.includes(who.role) ? true : firstScreen(who.role)
  })
  watch(person, (who) => {
    if (who === null) void router.replace('/signin')
  })
  return router
}
