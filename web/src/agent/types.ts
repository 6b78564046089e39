import type { Schemas } from '@/api/schemas'
import type { AgentState } from '@/realtime/rows'

/** The signed-in user's own seat. */
export type Me = Omit<Schemas['AgentSeat'], 'state' | 'intended'> & {
  state: AgentState
  intended: AgentState | '' | null
}

/** What is shown of the contact at hand. */
export type ScreenPop = Schemas['ScreenPop']
