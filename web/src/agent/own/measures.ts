import type { Schemas } from '@/api/schemas'
import { meanSpan, NONE, percent, plain } from '@/ui/format'

export type Measure = Schemas['Held']['measure']

/** How a figure with a target is written and typed: shares as percent, times in seconds. */
export const MEASURES: Record<Measure, 'count' | 'seconds' | 'share'> = {
  handled: 'count',
  calls_per_hour: 'count',
  average_handle_s: 'seconds',
  average_after_call_work_s: 'seconds',
  occupancy: 'share',
  offers_taken: 'share',
  satisfaction: 'share',
  busy_within_limits: 'share',
}

/** Figures made of agents' time, which belongs to no project. */
export const OF_TIME: readonly Measure[] = ['calls_per_hour', 'occupancy', 'busy_within_limits']

/** A figure in words. */
export function measureText(measure: Measure, value: number | null): string {
  if (value === null) return NONE
  if (MEASURES[measure] === 'share') return percent(value)
  return MEASURES[measure] === 'seconds' ? meanSpan(value) : plain(value)
}

/** A target as it is typed: percent for shares. */
export const entered = (measure: Measure, value: number): number =>
  MEASURES[measure] === 'share' ? Math.round(value * 1000) / 10 : value

/** What was typed as the server keeps it. */
export const kept = (measure: Measure, value: number): number =>
  MEASURES[measure] === 'share' ? value / 100 : value
