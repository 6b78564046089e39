import { defineStore } from 'pinia'
import { shallowRef } from 'vue'
import { pages } from '@/api/http'
import { Problem } from '@/api/problem'
import { useSession } from '@/session/store'

/** A row that others refer to. */
export interface Option {
  id: string
  label: string
  client_id?: string | null
  project_id?: string | null
}

/** Where each kind is read, what one must be allowed for it, and what people call a row. */
const KINDS = {
  operators: { permission: 'operator.read', label: ['name'] },
  branches: { permission: 'branches.read', label: ['name'] },
  clients: { permission: 'clients.read', label: ['name'] },
  projects: { permission: 'projects.read', label: ['name'] },
  skills: { permission: 'skills.read', label: ['name'] },
  'agent-groups': { permission: 'agents.read', label: ['name'] },
  agents: { permission: 'agents.read', label: ['number', 'name'] },
  queues: { permission: 'queues.read', label: ['name'] },
  flows: { permission: 'flows.read', label: ['name'] },
  hours: { permission: 'hours.read', label: ['name'] },
  calendars: { permission: 'hours.read', label: ['name'] },
  roles: { permission: 'users.read', label: ['name'] },
  users: { permission: 'users.read', label: ['name'] },
  numbers: { permission: 'numbers.read', label: ['e164'] },
} as const
export type OptionKind = keyof typeof KINDS

const LARGEST = 20_000

/** The rows that forms choose from, read when first asked for and anew after a change. */
export const useOptions = defineStore('options', () => {
  const tables = shallowRef<Partial<Record<OptionKind, ReadonlyMap<string, Option>>>>({})
  const loading = new Map<OptionKind, Promise<void>>()
  const session = useSession()

  async function read(kind: OptionKind): Promise<void> {
    const found = new Map<string, Option>()
    if (session.may(KINDS[kind].permission)) {
      try {
        for await (const rows of pages<Record<string, unknown> & Option>(`/${kind}`, {}, LARGEST)) {
          for (const row of rows) {
            const label = KINDS[kind].label.map((part) => String(row[part] ?? '')).join(' ')
            found.set(row.id, { ...row, label: label || row.id })
          }
        }
      } catch (thrown) {
        if (!(thrown instanceof Problem)) throw thrown
        // The form still works with ids, and says by itself what the server does not accept.
        loading.delete(kind)
      }
    }
    tables.value = { ...tables.value, [kind]: found }
  }

  function load(kind: OptionKind): Promise<void> {
    const begun = loading.get(kind) ?? read(kind)
    loading.set(kind, begun)
    return begun
  }

  /** Read a kind anew that somebody has looked at: a row was made, changed or deleted. */
  function changed(kind: string): void {
    if (loading.delete(kind as OptionKind)) void load(kind as OptionKind)
  }

  function clear(): void {
    loading.clear()
    tables.value = {}
  }

  const label = (kind: OptionKind, id: string | null | undefined): string =>
    id ? (tables.value[kind]?.get(id)?.label ?? id) : ''

  const list = (kind: OptionKind): Option[] => [...(tables.value[kind]?.values() ?? [])]

  return { tables, load, changed, clear, label, list }
})
