import { defineStore } from 'pinia'
import { computed, ref, shallowRef } from 'vue'
import { post, request } from '@/api/http'
import { asProblem } from '@/api/problem'
import { useFloor } from '@/realtime/store'
import type { AgentRow, SupervisionMode } from '@/realtime/rows'
import { useSession } from '@/session/store'

export const MODES: readonly SupervisionMode[] = ['listen', 'whisper', 'barge', 'intercept']

/** What can be done about an agent, or about the call they have. */
export type Action = 'idle' | 'busy' | 'sign_out' | 'cut_off' | SupervisionMode

/** Whom or what the open menu is about, and the button it belongs to. */
export interface Subject {
  agentId: string
  callId: string
  anchor: HTMLElement
}

/**
 * A supervisor's power over the floor: which menu is open, what is under way, and the own presence
 * at somebody else's conversation.
 */
export const useControl = defineStore('control', () => {
  const floor = useFloor()
  const session = useSession()
  const subject = shallowRef<Subject | null>(null)
  /** The agent whose queues are being changed; empty for nobody. */
  const moving = ref('')
  /** The agents whose skills are being changed. */
  const skilling = ref<string[]>([])
  /** Agents chosen to be acted on together. */
  const chosen = shallowRef<ReadonlySet<string>>(new Set())
  /** The action under way, so that nothing is asked for twice. */
  const acting = ref<Action | 'leave' | ''>('')

  const allowed = computed(() => session.may('floor.control'))
  const own = computed<AgentRow | null>(() => {
    const id = session.user?.agent_id
    return (id && floor.picture.agents.get(id)) || null
  })
  /** Whether there is a phone to listen with. */
  const seated = computed(() => own.value !== null && own.value.state !== 'signed_out')
  const supervising = computed(() => own.value?.supervising ?? null)

  function open(anchor: HTMLElement, agentId: string, callId: string): void {
    const again = subject.value?.anchor === anchor
    subject.value = again ? null : { agentId, callId, anchor }
  }

  function close(): void {
    subject.value = null
  }

  /** Choose an agent, or no longer. */
  function choose(agentId: string): void {
    const next = new Set(chosen.value)
    if (!next.delete(agentId)) next.add(agentId)
    chosen.value = next
  }

  async function ask(name: Action | 'leave', call: () => Promise<unknown>): Promise<void> {
    if (acting.value !== '') return
    acting.value = name
    try {
      await call()
    } catch (thrown) {
      throw asProblem(thrown)
    } finally {
      acting.value = ''
    }
  }

  /**
   * Have an action done.
   *
   * @throws Problem when it is refused.
   */
  function act(action: Action, agentId: string, callId: string): Promise<void> {
    const agent = `/floor/agents/${encodeURIComponent(agentId)}`
    return ask(action, () => {
      switch (action) {
        case 'idle':
        case 'busy':
          return post(`${agent}/state`, { state: action })
        case 'sign_out':
          return post(`${agent}/sign-out`)
        case 'cut_off':
          return post(`/floor/calls/${encodeURIComponent(callId)}/end`)
        default:
          return post(`${agent}/supervision`, { mode: action, call_id: callId })
      }
    })
  }

  /**
   * Leave the conversation that the own phone is at.
   *
   * @throws Problem when it is refused.
   */
  const leave = (): Promise<void> => ask('leave', () => request<void>('DELETE', '/me/supervision'))

  return { subject, moving, skilling, chosen, choose, acting, allowed, own, seated, supervising, open, close, act, leave }
})
