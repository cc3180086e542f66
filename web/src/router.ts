import { watch } from 'vue'
import { createRouter, createWebHistory, type RouteLocationNormalized, type RouteRecordRaw } from 'vue-router'
import { showToast } from './components/toasts.ts'
import { type Messages, messages } from './messages/messages.ts'
import { screenPaths } from './screen-paths.ts'
import HomeScreen from './screens/HomeScreen.vue'
import { account } from './session/account.ts'
import { takeFragment } from './session/cas-return.ts'

declare module 'vue-router' {
  interface RouteMeta {
    /** The key of the screen's title. */
    title: { [K in keyof Messages]: Messages[K] extends string ? K : never }[keyof Messages]
    /** Whether the screen is available without signing in. */
    isOpen?: boolean
  }
}

const routes: RouteRecordRaw[] = [
  { path: '/', component: HomeScreen, meta: { title: 'study', isOpen: true } },
  {
    path: screenPaths.LoginScreen,
    component: () => import('./screens/LoginScreen.vue'),
    meta: { title: 'signIn', isOpen: true },
  },
  {
    path: screenPaths.RegisterScreen,
    component: () => import('./screens/RegisterScreen.vue'),
    meta: { title: 'register', isOpen: true },
  },
  {
    path: screenPaths.RecoverScreen,
    component: () => import('./screens/RecoverScreen.vue'),
    meta: { title: 'recover', isOpen: true },
  },
  {
    path: screenPaths.StatisticsScreen,
    component: () => import('./screens/StatisticsScreen.vue'),
    meta: { title: 'statistics' },
  },
  { path: screenPaths.DayScreen, component: () => import('./screens/DayScreen.vue'), meta: { title: 'dayTitle' } },
  {
    path: screenPaths.RecordsScreen,
    component: () => import('./screens/RecordsScreen.vue'),
    meta: { title: 'records' },
  },
  { path: screenPaths.NowScreen, component: () => import('./screens/NowScreen.vue'), meta: { title: 'now' } },
  { path: screenPaths.BoardScreen, component: () => import('./screens/BoardScreen.vue'), meta: { title: 'board' } },
  { path: screenPaths.MeScreen, component: () => import('./screens/MeScreen.vue'), meta: { title: 'me' } },
  {
    path: screenPaths.StudentNumberScreen,
    component: () => import('./screens/StudentNumberScreen.vue'),
    meta: { title: 'changeStudentNumber' },
  },
  {
    path: '/:path(.*)*',
    component: () => import('./screens/NotFoundScreen.vue'),
    meta: { title: 'notFoundTitle', isOpen: true },
  },
]

export const router = createRouter({
  history: createWebHistory(),
  routes,
  // Another week or day of the same screen keeps its scroll position.
  scrollBehavior: (to, from, kept) => (kept ? onceReached(kept) : isSameScreen(to, from) ? false : { top: 0 }),
})

/** Waits up to a second for the page to become as long as it was, because its data is loaded later. */
async function onceReached<T extends { top: number }>(place: T): Promise<T> {
  const { documentElement: page } = document
  const isReached = () => page.scrollHeight >= place.top + innerHeight
  for (const begun = performance.now(); !isReached() && performance.now() - begun < 1000; )
    await new Promise(requestAnimationFrame)
  return place
}

export function isSameScreen(one: RouteLocationNormalized, other: RouteLocationNormalized): boolean {
  return one.matched.at(-1)?.path === other.matched.at(-1)?.path
}

router.beforeEach((to) => {
  const path = to.path === '/register' ? takeFragment(to.hash) : undefined
  if (path !== undefined) return { path, hash: '', replace: true }
  if (to.meta.isOpen || account.value !== undefined) return true
  return { path: '/login', query: { next: to.fullPath } }
})

/**
 * The file of a screen may be missing after an upgrade, or fail to load on a poor network, which the browser caches. Reloading the
 * page loads the current release. If that fails as well, App.vue shows an error.
 */
router.onError((error, to, from) => {
  if (!/import|fetch|module|preload/i.test(String(error))) return
  const isNewPage = from.matched.length === 0
  if (!isNewPage && navigator.onLine) location.assign(to.fullPath)
  else if (!isNewPage) showToast(messages.value.offlineNoData)
  else if (navigator.onLine && !wasReloaded()) location.reload()
})

function wasReloaded(): boolean {
  return performance
    .getEntriesByType('navigation')
    .some((entry) => (entry as PerformanceNavigationTiming).type === 'reload')
}

router.afterEach(nameTab)
watch(messages, () => nameTab(router.currentRoute.value), { flush: 'pre' })

function nameTab({ path, meta }: RouteLocationNormalized): void {
  const { [meta.title]: title, appName } = messages.value
  document.title = path === '/' ? appName : `${title} · ${appName}`
}
