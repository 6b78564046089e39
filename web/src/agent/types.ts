import type { CallSummary } from '@/calls/types'
import type { AgentState } from '@/realtime/rows'

/** The signed-in user's own seat. */
export interface Me {
  agent_id: string
  number: string
  name: string
  state: AgentState
  reason: string
  /** Since when in this state. */
  since: string | number | null
  endpoint: string
  intended: AgentState | '' | null
  intended_reason?: string
  /** When after-call work ends by itself. */
  wrap_up_until: string | number | null
  call_id: string
  segment_id: string
  reachable: boolean
  busy_reasons: string[]
  /** Phones this agent may sign in at. */
  endpoints: string[]
  today: Today | null
}

/** The agent's own figures since midnight; spans in seconds. */
export interface Today {
  handled: number
  talk_s: number
  hold_s: number
  wrap_up_s: number
  idle_s: number
  busy_s: number
  signed_in_s: number
}

/** What is shown of the contact at hand. */
export interface ScreenPop {
  call_id: string
  segment_id: string
  direction: 'inbound' | 'outbound' | 'internal'
  caller: string
  called: string
  client_id: string
  project_id: string
  queue_id: string
  started_at: string
  /** Earlier calls of this customer with the same client, newest first. */
  history: CallSummary[]
}
