import type { components } from '@/api/schema'
import type { CallSummary } from '@/calls/types'
import type { AgentState } from '@/realtime/rows'

/** The signed-in user's own seat. */
export type Me = Omit<components['schemas']['AgentSeat'], 'state' | 'intended'> & {
  state: AgentState
  intended: AgentState | '' | null
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
  /** What the ids above are called. */
  names: Record<string, string>
}
