import type { Schemas } from '@/api/schemas'

/** What the figures can be grouped by. */
export const GROUPINGS = ['queue', 'project', 'agent', 'client'] as const
export type Grouping = (typeof GROUPINGS)[number]

/** Figures of one queue, project, agent or client over one stretch of time. */
export type FigureRow = Pick<Schemas['Row'], 'key' | 'name' | 'start' | 'counts'> & {
  /** Rates in 0..1 and times in seconds; null where there was nothing to make it from. */
  kpis: Record<string, number | null>
}

/** Figures by key and interval, and each key's own over the whole time. */
export interface Figures {
  /** Whose clock these are by, as an IANA name; times below are written by it. */
  time_zone: string
  start: string
  end: string
  starts: string[]
  items: FigureRow[]
  totals: FigureRow[]
}

/** One call behind a number, with what it adds to it: 1 of a count, seconds of a time. */
export type CallBehind = Schemas['CallBehind']
