import type { RouteRecordRaw } from 'vue-router'
import { useSession } from '@/session/store'
import { ENTRIES } from './sections'
import { NOUNS } from './nouns'

const OWN: Readonly<Record<string, RouteRecordRaw['component']>> = {
  flows: () => import('./flows/FlowsPage.vue'),
  prompts: () => import('./prompts/PromptsPage.vue'),
  audit: () => import('./audit/AuditPage.vue'),
}

/** The first page of the set-up that the user may open. */
function first(): string {
  const session = useSession()
  const entry = ENTRIES.find(({ permission }) => session.may(permission))
  return entry ? `/admin/${entry.path}` : '/'
}

/** The set-up's pages, below /admin. */
export const ADMIN_ROUTES: RouteRecordRaw = {
  path: '/admin',
  component: () => import('./AdminPage.vue'),
  meta: { audience: 'setters', title: 'menu.admin' },
  children: [
    { path: '', redirect: first },
    {
      path: 'flows/:flowId',
      name: 'flow',
      component: () => import('./flows/FlowEditor.vue'),
      meta: { permission: 'flows.read' },
    },
    ...ENTRIES.map(
      ({ path, permission }): RouteRecordRaw => ({
        path: NOUNS[path] ? `${path}/:rowId?` : path,
        name: `admin-${path}`,
        component: OWN[path] ?? (() => import('./NounPage.vue')),
        props: NOUNS[path] ? { path } : {},
        meta: { permission },
      }),
    ),
  ],
}
