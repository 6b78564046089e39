import type { Schemas } from '@/api/schemas'
import type { AgentRow, AgentState, QueueRow } from '@/realtime/rows'

export type Point = Schemas['CoursePoint']

/** States as a chart tells them apart; signed-out agents are not there. */
export const PARTS = ['talking', 'after_call_work', 'idle', 'busy', 'other'] as const
export type Part = (typeof PARTS)[number]

const OF: Partial<Record<AgentState, Part | null>> = {
  talking: 'talking',
  holding: 'talking',
  consulting: 'talking',
  conferencing: 'talking',
  after_call_work: 'after_call_work',
  idle: 'idle',
  busy: 'busy',
  signed_out: null,
}

/** Agents by what the chart tells apart; null where nobody is known of. */
export function parts(states: Readonly<Record<string, number>>): Record<Part, number> | null {
  if (Object.keys(states).length === 0) return null
  const found: Record<Part, number> = { talking: 0, after_call_work: 0, idle: 0, busy: 0, other: 0 }
  for (const [state, count] of Object.entries(states)) {
    const part = OF[state as AgentState]
    if (part !== null) found[part ?? 'other'] += count
  }
  return found
}

/** The floor at this moment, as the course's last point. */
export function present(
  now: number,
  queues: readonly QueueRow[],
  agents: readonly AgentRow[] | null,
): { at: number; waiting: number; parts: Record<Part, number> | null } {
  const states: Record<string, number> = {}
  for (const agent of agents ?? []) states[agent.state] = (states[agent.state] ?? 0) + 1
  return {
    at: now,
    waiting: queues.reduce((sum, queue) => sum + queue.waiting, 0),
    parts: parts(states),
  }
}

/** Sums of wider steps, for bars that can be told apart. */
export function gathered(
  points: readonly Point[],
  width: number,
): { at: number; answered: number; abandoned: number }[] {
  const found = new Map<number, { at: number; answered: number; abandoned: number }>()
  for (const point of points) {
    const at = Math.floor(Date.parse(point.at) / width) * width
    const one = found.get(at) ?? { at, answered: 0, abandoned: 0 }
    one.answered += point.answered
    one.abandoned += point.abandoned
    found.set(at, one)
  }
  return [...found.values()]
}

/** Values over time, broken where samples are missing: no line is drawn across what is not known. */
export function broken(
  points: readonly Point[],
  step: number,
  value: (point: Point) => number | null,
): [number, number | null][] {
  const found: [number, number | null][] = []
  let before = 0
  for (const point of points) {
    const at = Date.parse(point.at)
    if (before && at - before > 2.5 * step) found.push([before + step, null])
    found.push([at, value(point)])
    before = at
  }
  return found
}

/** The last midnight by a zone's clock. */
export function midnightIn(zone: string, now: number): number {
  const told = new Intl.DateTimeFormat('en-GB', {
    timeZone: zone,
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hourCycle: 'h23',
  }).formatToParts(now)
  const part = (type: string): number => Number(told.find((one) => one.type === type)?.value ?? 0)
  return Math.floor(now / 1000) * 1000 - ((part('hour') * 60 + part('minute')) * 60 + part('second')) * 1000
}
