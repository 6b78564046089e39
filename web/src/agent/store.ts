import { defineStore } from 'pinia'
import { computed, ref, shallowRef } from 'vue'
import { get, post } from '@/api/http'
import { asProblem, type Problem } from '@/api/problem'
import type { AgentState } from '@/realtime/rows'
import { useFloor } from '@/realtime/store'
import type { Answers } from '@/ui/form'
import type { Me, ScreenPop } from './types'

/** The seat as the page shows it; times are milliseconds of the server. */
export interface Seat {
  state: AgentState
  reason: string
  since: number | null
  until: number | null
  intended: AgentState | null
  endpoint: string
  callId: string
  segmentId: string
  reachable: boolean
  /** Queues whose calls the phone answers by itself. */
  autoAnswer: readonly string[]
}

/** What an agent writes about a contact. */
export interface Written {
  code: string
  notes: string
  form_id?: string
  form_version?: number
  answers?: Answers
}

/**
 * The agent's own seat: what the API says of it, kept current by the agent's row in the feed.
 */
export const useDesk = defineStore('desk', () => {
  const floor = useFloor()
  const me = shallowRef<Me | null>(null)
  const pop = shallowRef<ScreenPop | null>(null)
  const problem = shallowRef<Problem | null>(null)
  /** Name of the action under way, so that its button can say so. */
  const acting = ref('')

  const seat = computed<Seat | null>(() => {
    const own = me.value
    if (!own) return null
    const row = floor.link === 'live' ? floor.picture.agents.get(own.agent_id) : undefined
    if (row) {
      return {
        state: row.state,
        reason: row.reason ?? '',
        since: row.since,
        until: row.until ?? null,
        intended: row.intended || null,
        endpoint: row.endpoint ?? '',
        callId: row.call_id,
        segmentId: row.segment_id,
        reachable: row.reachable,
        autoAnswer: row.auto_answer ?? [],
      }
    }
    return {
      state: own.state,
      reason: own.reason,
      since: own.since,
      until: own.after_call_work_until,
      intended: own.intended || null,
      endpoint: own.endpoint,
      callId: own.call_id,
      segmentId: own.segment_id,
      reachable: own.reachable,
      autoAnswer: own.auto_answer,
    }
  })

  /** Whether the agent's phone is the one in their page. */
  const inBrowser = computed(
    () => seat.value !== null && seat.value.endpoint === me.value?.browser_phone,
  )

  /** Read the seat, and the contact at hand. */
  async function refresh(): Promise<void> {
    try {
      me.value = await get<Me>('/me/agent')
      problem.value = null
    } catch (thrown) {
      problem.value = asProblem(thrown)
      return
    }
    await refreshPop()
  }

  /** Read what is known of the contact at hand; the last one stays while there is none. */
  async function refreshPop(again = false): Promise<void> {
    const callId = seat.value?.callId ?? ''
    if (again ? callId === '' && pop.value === null : callId === '') return
    if (!again && pop.value?.call_id === callId && pop.value.segment_id === seat.value?.segmentId) return
    try {
      const found = await get<ScreenPop | undefined>('/me/agent/screen-pop')
      if (found) pop.value = found
    } catch (thrown) {
      const failed = asProblem(thrown)
      if (failed.status !== 404) problem.value = failed
    }
  }

  /**
   * Ask for a change of the seat.
   *
   * @throws Problem when it is refused.
   */
  async function act(name: string, path: string, body: unknown = {}): Promise<void> {
    acting.value = name
    try {
      await post<unknown>(path, body)
    } catch (thrown) {
      throw asProblem(thrown)
    } finally {
      acting.value = ''
    }
    await refresh()
  }

  const signIn = (endpoint: string) => act('sign-in', '/me/agent/sign-in', { endpoint })
  const changePhone = (endpoint: string) => act('phone', '/me/agent/phone', { endpoint })
  const refuse = () => act('refuse', '/me/agent/refuse')
  const signOut = () => act('sign-out', '/me/agent/sign-out')
  const setIdle = () => act('idle', '/me/agent/state', { state: 'idle' })
  const setBusy = (reason: string) => act('busy', '/me/agent/state', { state: 'busy', reason })
  const setOutboundOnly = () => act('outbound_only', '/me/agent/state', { state: 'outbound_only' })
  const extendAfterCallWork = (seconds: number) =>
    act('after-call-work', '/me/agent/after-call-work', { extra_s: seconds })
  const dispose = (segmentId: string, written: Written) =>
    act('disposition', `/segments/${encodeURIComponent(segmentId)}/disposition`, written)

  /** The pop of the contact at hand, and of the last one while its after-call work is done. */
  const shownPop = computed(() => {
    const now = seat.value
    if (!now || !pop.value) return null
    if (now.callId !== '') return pop.value.call_id === now.callId ? pop.value : null
    return now.state === 'after_call_work' ? pop.value : null
  })

  function clear(): void {
    me.value = null
    pop.value = null
    problem.value = null
  }

  return {
    me,
    pop,
    shownPop,
    problem,
    acting,
    seat,
    act,
    inBrowser,
    refresh,
    refreshPop,
    signIn,
    changePhone,
    refuse,
    signOut,
    setIdle,
    setBusy,
    setOutboundOnly,
    extendAfterCallWork,
    dispose,
    clear,
  }
})
