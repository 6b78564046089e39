/** What the figures can be grouped by. */
export const GROUPINGS = ['queue', 'project', 'agent', 'client'] as const
export type Grouping = (typeof GROUPINGS)[number]

/** Figures of one queue, project, agent or client over one stretch of time. */
export interface FigureRow {
  key: string
  /** Empty where the viewer may not see it. */
  name: string
  start: string
  end: string
  /** Counts, and times in seconds (`…_s`). */
  counts: Record<string, number>
  /** Rates in 0..1 and times in seconds; null where there was nothing to make it from. */
  kpis: Record<string, number | null>
}

/** Figures by key and interval, and each key's own over the whole time. */
export interface Figures {
  starts: string[]
  items: FigureRow[]
  totals: FigureRow[]
  time_zone: string
}

/** One call behind a number. */
export interface CallBehind {
  call_id: string
  start: string
  /** What it adds to the number: 1 of a count, seconds of a time. */
  value: number
}
