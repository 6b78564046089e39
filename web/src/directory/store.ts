import { defineStore } from 'pinia'
import { computed, shallowRef } from 'vue'
import { pages } from '@/api/http'
import { Problem } from '@/api/problem'
import { text } from '@/i18n'
import { useSession } from '@/session/store'
import { ownZone } from '@/ui/format'

/** What the pages need to know of anything that has a name. */
export interface Named {
  id: string
  name: string
  client_id?: string | null
  project_id?: string | null
  number?: string
  time_zone?: string
}

/** Where each kind is read, and what one must be allowed for it: refusals are put on record. */
const KINDS = {
  clients: { path: '/clients', permission: 'clients.read' },
  projects: { path: '/projects', permission: 'projects.read' },
  queues: { path: '/queues', permission: 'queues.read' },
  agents: { path: '/agents', permission: 'agents.read' },
  groups: { path: '/agent-groups', permission: 'agents.read' },
  flows: { path: '/flows', permission: 'flows.read' },
  skills: { path: '/skills', permission: 'skills.read' },
} as const
export type Kind = keyof typeof KINDS

const LARGEST = 20_000

/**
 * Names of the directory, read once a session.
 *
 * A kind that the user may not read stays empty; its ids are then shown as they are.
 */
export const useDirectory = defineStore('directory', () => {
  const tables = shallowRef<Record<Kind, ReadonlyMap<string, Named>>>({
    clients: new Map(),
    projects: new Map(),
    queues: new Map(),
    agents: new Map(),
    groups: new Map(),
    flows: new Map(),
    skills: new Map(),
  })
  const session = useSession()
  let loading: Promise<void> | null = null

  async function read(kind: Kind): Promise<void> {
    const found = new Map<string, Named>()
    const { path, permission } = KINDS[kind]
    if (!session.may(permission)) return
    try {
      for await (const rows of pages<Named>(path, {}, LARGEST)) {
        for (const row of rows) found.set(row.id, row)
      }
    } catch (thrown) {
      if (!(thrown instanceof Problem)) throw thrown
      // Names are a comfort: a page that has its rows does not fail for want of them.
      loading = null
    }
    tables.value = { ...tables.value, [kind]: found }
  }

  /** Read the names unless they are here or on their way. */
  function load(): Promise<void> {
    loading ??= Promise.all((Object.keys(KINDS) as Kind[]).map(read)).then(() => undefined)
    return loading
  }

  function clear(): void {
    loading = null
    tables.value = {
      clients: new Map(),
      projects: new Map(),
      queues: new Map(),
      agents: new Map(),
      groups: new Map(),
      flows: new Map(),
      skills: new Map(),
    }
  }

  /** What to show for an id without a name: supervisors only know what they manage by name. */
  function beyond(kind: Kind, id: string): string {
    const managed = kind === 'agents' || kind === 'queues' || kind === 'groups'
    const known = tables.value[kind].size > 0
    return managed && known && session.user?.role === 'supervisor' ? text(`beyond.${kind}`) : id
  }

  /** The name behind an id, the id itself where it is not known, empty for no id. */
  function name(kind: Kind, id: string | null | undefined): string {
    if (!id) return ''
    return tables.value[kind].get(id)?.name ?? beyond(kind, id)
  }

  /** An agent as people say it: number and name; empty for one whom the user may not know by name. */
  function agent(id: string | null | undefined): string {
    if (!id) return ''
    const found = tables.value.agents.get(id)
    if (found) return `${found.number ?? ''} ${found.name}`.trim()
    return session.may('agents.read') ? beyond('agents', id) : ''
  }

  /** The zone a call's times are told in: its project's, else the one that most projects have. */
  function zone(projectId?: string | null): string {
    const own = projectId ? tables.value.projects.get(projectId)?.time_zone : undefined
    if (own) return own
    const counted = new Map<string, number>()
    for (const { time_zone: one } of tables.value.projects.values()) {
      if (one) counted.set(one, (counted.get(one) ?? 0) + 1)
    }
    const most = [...counted].sort((a, b) => b[1] - a[1])[0]
    return most?.[0] ?? ownZone()
  }

  /** Every entry of a kind, by name. */
  const list = computed(() => (kind: Kind): Named[] =>
    [...tables.value[kind].values()].sort((a, b) => a.name.localeCompare(b.name, 'zh-CN')),
  )

  return { tables, load, clear, name, agent, list, zone }
})
