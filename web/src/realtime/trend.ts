import type { CallRow, CallState, QueueRow } from './rows'

/** One moment of the floor, all queues together. */
export interface Moment {
  at: number
  waiting: number
  talking: number
}

/** What was answered and abandoned within one minute. */
export interface Minute {
  start: number
  answered: number
  abandoned: number
}

interface Totals {
  answered: number
  abandoned: number
}

const TALKING: ReadonlySet<CallState> = new Set([
  'talking',
  'holding',
  'consulting',
  'conferencing',
])
const KEEP_MS = 15 * 60_000
const MINUTE = 60_000

/**
 * The last quarter of an hour of the floor, as seen by this page.
 *
 * Answered and abandoned are differences of the day's counters, so that a page which was away for
 * a while still counts what happened meanwhile, in the minute in which it came back.
 */
export class Trend {
  constructor(
    readonly moments: readonly Moment[] = [],
    readonly minutes: readonly Minute[] = [],
    private readonly totals: Totals | null = null,
  ) {}

  /** The trend with one more sample, taken at `now`. */
  with(now: number, queues: Iterable<QueueRow>, calls: Iterable<CallRow>): Trend {
    let waiting = 0
    const totals: Totals = { answered: 0, abandoned: 0 }
    for (const queue of queues) {
      waiting += queue.waiting
      // Agents are not told of the day.
      totals.answered += queue.today?.answered ?? 0
      totals.abandoned += (queue.today?.abandoned ?? 0) + (queue.today?.short_abandoned ?? 0)
    }
    let talking = 0
    for (const call of calls) if (TALKING.has(call.state)) talking += 1
    const moments = [...this.moments, { at: now, waiting, talking }]
    const start = Math.floor(now / MINUTE) * MINUTE
    const last = this.minutes.at(-1)
    const minutes = [...this.minutes]
    if (last?.start !== start) minutes.push({ start, answered: 0, abandoned: 0 })
    const current = minutes[minutes.length - 1] as Minute
    // Counters fall back to nought at midnight: what is there then is what was added.
    const added = (name: keyof Totals): number => {
      if (this.totals === null) return 0
      const grown = totals[name] - this.totals[name]
      return grown >= 0 ? grown : totals[name]
    }
    minutes[minutes.length - 1] = {
      start,
      answered: current.answered + added('answered'),
      abandoned: current.abandoned + added('abandoned'),
    }
    const keep = now - KEEP_MS
    return new Trend(
      moments.filter((moment) => moment.at > keep),
      minutes.filter((minute) => minute.start > keep - MINUTE),
      totals,
    )
  }
}
