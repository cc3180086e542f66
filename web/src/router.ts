import { createRouter, createWebHistory, type RouteLocationNormalized, type RouteRecordRaw } from 'vue-router'
import { type Messages, messages } from './messages/messages.ts'
import HomeScreen from './screens/HomeScreen.vue'
import { account } from './session/account.ts'
import { takeFragment } from './session/cas-return.ts'

declare module 'vue-router' {
  interface RouteMeta {
    /** The text that is the screen's title. */
    title: { [K in keyof Messages]: Messages[K] extends string ? K : never }[keyof Messages]
    /** Whether one may open it without being signed in. */
    isOpen?: boolean
  }
}

const routes: RouteRecordRaw[] = [
  { path: '/', component: HomeScreen, meta: { title: 'study', isOpen: true } },
  { path: '/login', component: () => import('./screens/LoginScreen.vue'), meta: { title: 'signIn', isOpen: true } },
  {
    path: '/register',
    component: () => import('./screens/RegisterScreen.vue'),
    meta: { title: 'register', isOpen: true },
  },
  {
    path: '/recover',
    component: () => import('./screens/RecoverScreen.vue'),
    meta: { title: 'recover', isOpen: true },
  },
  { path: '/statistics', component: () => import('./screens/StatisticsScreen.vue'), meta: { title: 'statistics' } },
  { path: '/day/:day', component: () => import('./screens/DayScreen.vue'), meta: { title: 'dayTitle' } },
  { path: '/records', component: () => import('./screens/RecordsScreen.vue'), meta: { title: 'records' } },
  { path: '/now', component: () => import('./screens/NowScreen.vue'), meta: { title: 'now' } },
  { path: '/board', component: () => import('./screens/BoardScreen.vue'), meta: { title: 'board' } },
  { path: '/me', component: () => import('./screens/MeScreen.vue'), meta: { title: 'me' } },
  {
    path: '/me/student-number',
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
  // Another week or day of the same screen is no other place.
  scrollBehavior: (to, from, kept) => kept ?? (isSameScreen(to, from) ? false : { top: 0 }),
})

export function isSameScreen(one: RouteLocationNormalized, other: RouteLocationNormalized): boolean {
  return one.matched.at(-1)?.path === other.matched.at(-1)?.path
}

router.beforeEach((to) => {
  const path = to.path === '/register' ? takeFragment(to.hash) : undefined
  if (path !== undefined) return { path, hash: '', replace: true }
  if (to.meta.isOpen || account.value !== undefined) return true
  return { path: '/login', query: { next: to.fullPath } }
})

/** A route's file of a former release may be gone. The whole page, asked for anew, is of the present one. */
router.onError((error, to) => {
  if (/import|fetch|module|preload/i.test(String(error)) && navigator.onLine) location.assign(to.fullPath)
})

router.afterEach((to) => {
  const { title } = to.meta
  document.title = to.path === '/' ? messages.value.appName : `${messages.value[title]} · ${messages.value.appName}`
})
