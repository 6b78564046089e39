import { clock, count, meanSpan, percent, plain, ratio } from '@/ui/format'
import type { FigureRow, Figures, Grouping } from './types'

type Kind = 'count' | 'share' | 'mean' | 'span' | 'number'

/** A figure of a row: how it is written, and which count is opened to see the calls behind it. */
export interface Kpi {
  key: string
  kind: Kind
  width: number
  /** Name of the count behind it, null for what is not made of calls. */
  measure: string | null
}

const QUEUES: readonly Kpi[] = [
  { key: 'offered', kind: 'count', width: 68, measure: 'offered' },
  { key: 'answered', kind: 'count', width: 68, measure: 'answered' },
  { key: 'abandoned', kind: 'count', width: 62, measure: 'abandoned' },
  { key: 'short_abandoned', kind: 'count', width: 70, measure: 'short_abandoned' },
  { key: 'overflowed', kind: 'count', width: 62, measure: 'overflowed' },
  {
    key: 'service_level_abandons_missed',
    kind: 'share',
    width: 80,
    measure: 'within_target',
  },
  { key: 'abandon_rate', kind: 'share', width: 72, measure: 'abandoned' },
  { key: 'average_speed_of_answer_s', kind: 'mean', width: 80, measure: 'answered_wait_ms' },
  { key: 'average_queue_s', kind: 'mean', width: 80, measure: 'queued' },
  { key: 'average_time_to_abandon_s', kind: 'mean', width: 86, measure: 'abandoned_wait_ms' },
  { key: 'average_talk_s', kind: 'mean', width: 78, measure: 'talk_ms' },
  { key: 'average_hold_s', kind: 'mean', width: 78, measure: 'hold_ms' },
  { key: 'average_after_call_work_s', kind: 'mean', width: 78, measure: 'after_call_work_ms' },
  { key: 'average_handle_s', kind: 'mean', width: 78, measure: 'handled' },
  { key: 'transfer_rate', kind: 'share', width: 72, measure: 'calls_transferred' },
]

const AGENTS: readonly Kpi[] = [
  { key: 'handled', kind: 'count', width: 80, measure: 'handled' },
  { key: 'calls_per_hour', kind: 'number', width: 90, measure: 'handled' },
  { key: 'average_talk_s', kind: 'mean', width: 86, measure: 'talk_ms' },
  { key: 'average_hold_s', kind: 'mean', width: 86, measure: 'hold_ms' },
  { key: 'average_after_call_work_s', kind: 'mean', width: 86, measure: 'after_call_work_ms' },
  { key: 'average_handle_s', kind: 'mean', width: 86, measure: 'handled' },
  { key: 'occupancy', kind: 'share', width: 80, measure: null },
  { key: 'transfer_rate', kind: 'share', width: 80, measure: 'calls_transferred' },
  { key: 'offers_missed', kind: 'count', width: 84, measure: 'offers_missed' },
  { key: 'satisfaction', kind: 'share', width: 84, measure: 'ratings' },
  { key: 'signed_in_s', kind: 'span', width: 96, measure: null },
  { key: 'idle_s', kind: 'span', width: 90, measure: null },
  { key: 'busy_s', kind: 'span', width: 90, measure: null },
]

/** The figures shown for a grouping. */
export function kpisOf(grouping: Grouping): readonly Kpi[] {
  return grouping === 'agent' ? AGENTS : QUEUES
}

/** The value of a figure in a row; null when it is undefined there. */
export function valueOf(kpi: Pick<Kpi, 'key'>, row: FigureRow): number | null {
  return kpi.key in row.kpis ? (row.kpis[kpi.key] ?? null) : (row.counts[kpi.key] ?? null)
}

/** A figure as people read it; undefined is a dash. */
export function shown(kpi: Kpi, value: number | null): string {
  switch (kpi.kind) {
    case 'count':
      return count(value)
    case 'share':
      return percent(value)
    case 'mean':
      return meanSpan(value)
    case 'span':
      return clock(value)
    case 'number':
      return plain(value)
  }
}

/** One interval of the day, the chosen rows together. */
export interface IntervalSum {
  start: string
  offered: number
  answered: number
  abandoned: number
  shortAbandoned: number
  overflowed: number
  serviceLevel: number | null
}

/**
 * The day's intervals in order, with nothing left out: the rows of `only`, or of all keys, added
 * up. The service level is made from the sums, never from other shares.
 */
export function byInterval(figures: Figures, only: string | null): IntervalSum[] {
  const rows = figures.items.filter((row) => only === null || row.key === only)
  return figures.starts.map((start) => {
    const here = rows.filter((row) => Date.parse(row.start) === Date.parse(start))
    const sum = (name: string): number =>
      here.reduce((all, row) => all + (row.counts[name] ?? 0), 0)
    return {
      start,
      offered: sum('offered'),
      answered: sum('answered'),
      abandoned: sum('abandoned'),
      shortAbandoned: sum('short_abandoned'),
      overflowed: sum('overflowed'),
      serviceLevel: ratio(sum('within_target'), sum('offered')),
    }
  })
}

/** The intervals without the empty ones before the first and after the last call. */
export function trimmed(intervals: readonly IntervalSum[]): IntervalSum[] {
  const first = intervals.findIndex((one) => one.offered > 0)
  if (first < 0) return []
  const last = intervals.findLastIndex((one) => one.offered > 0)
  return intervals.slice(first, last + 1)
}
