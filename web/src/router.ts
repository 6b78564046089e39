import { createRouter, createWebHistory, type RouteRecordRaw } from 'vue-router'
import { ADMIN_ROUTES } from '@/admin/routes'
import { useSession } from '@/session/store'

declare module 'vue-router' {
  interface RouteMeta {
    /** Who may open the page. */
    audience?: 'anyone' | 'watchers' | 'agents' | 'setters'
    /** What one must be allowed besides. */
    permission?: string
    /** Key of the page's title. */
    title?: string
    /** Without the frame of menu and header. */
    bare?: boolean
  }
}

const routes: RouteRecordRaw[] = [
  {
    path: '/sign-in',
    name: 'sign-in',
    component: () => import('@/session/SignInPage.vue'),
    meta: { audience: 'anyone', title: 'signIn.title', bare: true },
  },
  {
    path: '/floor',
    name: 'floor',
    component: () => import('@/floor/FloorPage.vue'),
    meta: { audience: 'watchers', title: 'menu.floor' },
  },
  {
    path: '/wallboard',
    name: 'wallboard',
    component: () => import('@/floor/WallboardPage.vue'),
    meta: { audience: 'watchers', title: 'menu.wallboard', bare: true },
  },
  {
    path: '/calls/:callId?',
    name: 'calls',
    component: () => import('@/calls/CallsPage.vue'),
    meta: { audience: 'watchers', title: 'menu.calls' },
  },
  {
    path: '/callbacks',
    name: 'callbacks',
    component: () => import('@/callbacks/CallbacksPage.vue'),
    meta: { audience: 'watchers', title: 'menu.callbacks' },
  },
  {
    path: '/figures',
    name: 'figures',
    component: () => import('@/figures/FiguresPage.vue'),
    meta: { audience: 'watchers', title: 'menu.figures' },
  },
  {
    path: '/alarms',
    name: 'alarms',
    component: () => import('@/alarms/AlarmsPage.vue'),
    meta: { audience: 'watchers', permission: 'floor.control', title: 'menu.alarms' },
  },
  {
    path: '/screens',
    name: 'screens',
    component: () => import('@/screens/DesignerPage.vue'),
    meta: { audience: 'watchers', permission: 'wallboards.write', title: 'menu.screens' },
  },
  {
    path: '/screen',
    name: 'screen',
    component: () => import('@/screens/ScreenPage.vue'),
    meta: { audience: 'anyone', bare: true },
  },
  {
    path: '/agent',
    name: 'agent',
    component: () => import('@/agent/AgentPage.vue'),
    meta: { audience: 'agents', title: 'menu.agent' },
  },
  ADMIN_ROUTES,
  { path: '/', name: 'home', redirect: () => home() },
  {
    path: '/:path(.*)*',
    name: 'missing',
    component: () => import('@/ui/MissingPage.vue'),
    meta: { audience: 'anyone', title: 'missing.title', bare: true },
  },
]

/** Where a user's work begins. */
export function home(): { name: string } {
  const session = useSession()
  if (session.user === null) return { name: 'sign-in' }
  return { name: session.watches ? 'floor' : 'agent' }
}

export const router = createRouter({ history: createWebHistory(), routes })

router.beforeEach((to) => {
  const session = useSession()
  const audience = to.meta.audience ?? 'anyone'
  if (to.name === 'sign-in' && session.user !== null) return home()
  if (audience === 'anyone') return true
  if (session.user === null) {
    return { name: 'sign-in', query: to.fullPath === '/' ? {} : { next: to.fullPath } }
  }
  if (audience === 'watchers' && !session.watches) return home()
  if (audience === 'agents' && !session.isAgent) return home()
  if (audience === 'setters' && !session.sets) return home()
  if (to.meta.permission && !session.may(to.meta.permission)) return home()
  return true
})
