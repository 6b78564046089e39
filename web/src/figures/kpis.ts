import { clock, count, meanSpan, percent, plain, ratio } from '@/ui/format'

/** What the figures can be grouped by. */
export const GROUPINGS = ['queue', 'project', 'agent', 'client'] as const
export type Grouping = (typeof GROUPINGS)[number]

/** Figures of one queue, project, agent or client, of a day or of one interval of it. */
export interface FigureRow {
  id: string
  /** Beginning of the interval; absent in the figures of the whole day. */
  start?: string
  figures: Record<string, number | null>
}

export type Kind = 'count' | 'share' | 'mean' | 'span' | 'number'

/** A figure: how it is written, and which calls are behind it. */
export interface Kpi {
  key: string
  kind: Kind
  width: number
  /** Outcome to filter the call history by; undefined: all calls; null: no calls behind it. */
  outcome?: string | null
}

const OF_QUEUES: readonly Kpi[] = [
  { key: 'offered', kind: 'count', width: 72 },
  { key: 'answered', kind: 'count', width: 72, outcome: 'served' },
  { key: 'abandoned', kind: 'count', width: 66, outcome: 'abandoned' },
  { key: 'short_abandoned', kind: 'count', width: 74, outcome: 'abandoned' },
  { key: 'overflowed', kind: 'count', width: 66 },
  { key: 'service_level', kind: 'share', width: 84, outcome: 'served' },
  { key: 'abandon_rate', kind: 'share', width: 78, outcome: 'abandoned' },
  { key: 'average_speed_of_answer', kind: 'mean', width: 84, outcome: 'served' },
  { key: 'average_queue_time', kind: 'mean', width: 84 },
  { key: 'average_time_to_abandon', kind: 'mean', width: 84, outcome: 'abandoned' },
  { key: 'average_talk_time', kind: 'mean', width: 80, outcome: 'served' },
  { key: 'average_hold_time', kind: 'mean', width: 80, outcome: 'served' },
  { key: 'average_wrap_up', kind: 'mean', width: 80, outcome: 'served' },
  { key: 'average_handle_time', kind: 'mean', width: 84, outcome: 'served' },
  { key: 'transfer_rate', kind: 'share', width: 72, outcome: 'served' },
]

const OF_AGENTS: readonly Kpi[] = [
  { key: 'handled', kind: 'count', width: 84, outcome: 'served' },
  { key: 'calls_per_hour', kind: 'number', width: 92, outcome: 'served' },
  { key: 'average_talk_time', kind: 'mean', width: 92, outcome: 'served' },
  { key: 'average_hold_time', kind: 'mean', width: 92, outcome: 'served' },
  { key: 'average_wrap_up', kind: 'mean', width: 92, outcome: 'served' },
  { key: 'average_handle_time', kind: 'mean', width: 92, outcome: 'served' },
  { key: 'occupancy', kind: 'share', width: 84, outcome: null },
  { key: 'transfer_rate', kind: 'share', width: 84, outcome: 'served' },
  { key: 'offers_missed', kind: 'count', width: 84, outcome: null },
  { key: 'signed_in_s', kind: 'span', width: 96, outcome: null },
  { key: 'idle_s', kind: 'span', width: 96, outcome: null },
  { key: 'busy_s', kind: 'span', width: 96, outcome: null },
]

/** The figures shown for a grouping. */
export function kpisOf(grouping: Grouping): readonly Kpi[] {
  return grouping === 'agent' ? OF_AGENTS : OF_QUEUES
}

/** A figure as people read it; undefined is a dash. */
export function shown(kpi: Kpi, value: number | null | undefined): string {
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

/** One interval of the day, all rows together. */
export interface IntervalSum {
  start: string
  answered: number
  abandoned: number
  overflowed: number
  offered: number
  serviceLevel: number | null
}

/** The rows of a day by interval, added up; the service level is weighted by what was offered. */
export function byInterval(rows: readonly FigureRow[], only: string | null): IntervalSum[] {
  const sums = new Map<string, IntervalSum & { within: number }>()
  for (const row of rows) {
    if (row.start === undefined || (only !== null && row.id !== only)) continue
    const sum = sums.get(row.start) ?? {
      start: row.start,
      answered: 0,
      abandoned: 0,
      overflowed: 0,
      offered: 0,
      within: 0,
      serviceLevel: null,
    }
    const of = (key: string): number => row.figures[key] ?? 0
    sum.offered += of('offered')
    sum.answered += of('answered')
    sum.abandoned += of('abandoned') + of('short_abandoned')
    sum.overflowed += of('overflowed')
    sum.within += of('service_level') * of('offered')
    sums.set(row.start, sum)
  }
  return [...sums.values()]
    .sort((a, b) => Date.parse(a.start) - Date.parse(b.start))
    .map(({ within, ...sum }) => ({ ...sum, serviceLevel: ratio(within, sum.offered) }))
}
