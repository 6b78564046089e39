import type { AgentRow, AgentState, CallRow, QueueRow } from '@/realtime/rows'
import { AGENT_STATES } from '@/realtime/rows'
import { ratio } from '@/ui/format'

/** The floor in one line; shares are null where nothing happened yet. */
export interface Summary {
  waiting: number
  /** When the longest-waiting contact began to wait, null when none waits. */
  longestSince: number | null
  talking: number
  signedIn: number
  idle: number
  offered: number
  answered: number
  abandoned: number
  serviceLevel: number | null
  abandonRate: number | null
  averageAnswer: number | null
}

const TALKING: ReadonlySet<AgentState> = new Set(['talking', 'holding', 'consulting', 'conferencing'])

/** Share of the offered calls answered within the threshold (KPI 21). */
export function serviceLevel(queue: QueueRow): number | null {
  return ratio(queue.today.within_service_level, queue.today.offered)
}

/** Abandoned over offered, short abandons apart (KPI 14). */
export function abandonRate(queue: QueueRow): number | null {
  return ratio(queue.today.abandoned, queue.today.offered)
}

/** The figures of the given queues and agents together. */
export function summarise(queues: Iterable<QueueRow>, agents: Iterable<AgentRow>): Summary {
  let [waiting, offered, answered, abandoned, within, answeredWait] = [0, 0, 0, 0, 0, 0]
  let longestSince: number | null = null
  for (const queue of queues) {
    waiting += queue.waiting
    offered += queue.today.offered
    answered += queue.today.answered
    abandoned += queue.today.abandoned
    within += queue.today.within_service_level
    answeredWait += queue.today.wait_ms
    if (queue.longest_since) longestSince = Math.min(longestSince ?? Infinity, queue.longest_since)
  }
  let [talking, signedIn, idle] = [0, 0, 0]
  for (const agent of agents) {
    if (agent.state !== 'signed_out') signedIn += 1
    if (agent.state === 'idle') idle += 1
    if (TALKING.has(agent.state)) talking += 1
  }
  return {
    waiting,
    longestSince,
    talking,
    signedIn,
    idle,
    offered,
    answered,
    abandoned,
    serviceLevel: ratio(within, offered),
    abandonRate: ratio(abandoned, offered),
    averageAnswer: answered > 0 ? answeredWait / answered / 1000 : null,
  }
}

/** How many agents are in each state, in the order of the glossary. */
export function stateCounts(agents: Iterable<AgentRow>): { state: AgentState; count: number }[] {
  const counts = new Map<AgentState, number>()
  for (const agent of agents) counts.set(agent.state, (counts.get(agent.state) ?? 0) + 1)
  return AGENT_STATES.filter((state) => counts.has(state)).map((state) => ({
    state,
    count: counts.get(state) ?? 0,
  }))
}

/** Whether an agent concerns a client: serves one of its queues, or talks for it now. */
export function serves(
  agent: AgentRow,
  clientId: string,
  queues: ReadonlyMap<string, QueueRow>,
): boolean {
  return (
    agent.client_id === clientId ||
    (agent.queues ?? []).some((id) => queues.get(id)?.client_id === clientId)
  )
}

/** Whether a call has what was typed in: part of a number. */
export function callMatches(call: CallRow, typed: string): boolean {
  return typed === '' || call.caller.includes(typed) || call.called.includes(typed)
}
