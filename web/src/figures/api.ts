import { get, type Query } from '@/api/http'
import type { FigureRow, Grouping } from './kpis'

interface FiguresAnswer {
  items: FigureRow[]
}

/** The figures of a span of time, one row for each `grouping` (and interval, in seconds). */
export async function readFigures(
  grouping: Grouping,
  span: { from: string; to: string },
  intervalSeconds: number | null,
  signal: AbortSignal,
): Promise<FigureRow[]> {
  const query: Query = { by: grouping, ...span, interval: intervalSeconds }
  return (await get<FiguresAnswer>('/figures', query, signal)).items
}
