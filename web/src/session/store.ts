import { defineStore } from 'pinia'
import { computed, ref } from 'vue'
import { get, post, request, useCsrfToken } from '@/api/http'
import { Problem } from '@/api/problem'
import type { Schemas } from '@/api/schemas'

/** Who is signed in. */
export type User = Schemas['Me']
type SessionAnswer = Schemas['Session']

export const useSession = defineStore('session', () => {
  const user = ref<User | null>(null)
  /** Whether the server was asked yet if there is a session. */
  const known = ref(false)

  function take(answer: SessionAnswer): void {
    user.value = answer.user
    known.value = true
    useCsrfToken(answer.csrf_token)
  }

  function forget(): void {
    user.value = null
    known.value = true
    useCsrfToken('')
  }

  /** Ask the server who is signed in by the cookie. */
  async function restore(): Promise<void> {
    try {
      take(await get<SessionAnswer>('/session'))
    } catch (thrown) {
      if (thrown instanceof Problem && thrown.status === 401) forget()
      else throw thrown
    }
  }

  async function signIn(login: string, password: string): Promise<void> {
    take(await post<SessionAnswer>('/session', { login, password }))
  }

  async function signOut(): Promise<void> {
    try {
      await request<void>('DELETE', '/session')
    } finally {
      forget()
    }
  }

  const may = (permission: string): boolean => user.value?.permissions.includes(permission) ?? false
  const isClient = computed(() => user.value?.role === 'client_user')
  /** Works at a phone, and so has a desk of their own. */
  const isAgent = computed(() => Boolean(user.value?.agent_id) && may('agents.self'))
  /** May look at the whole floor, the calls and the figures (clients: at their own). */
  const watches = computed(() => may('floor.watch') && may('history.read'))
  /** Sets something up (clients: their own flows and hours). */
  const sets = computed(() => may('flows.write') || may('users.write'))

  return { user, known, isClient, isAgent, watches, sets, may, restore, signIn, signOut, forget }
})
