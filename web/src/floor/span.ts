import { serverClock } from '@/realtime/clock'

/** For how long a change holds: minutes, until told otherwise, the day's end, or a time of day. */
export interface Span {
  kind: 'open' | 'minutes' | 'day' | 'time'
  minutes: number
  /** HH:MM by the browser's clock; the next time it is that late. */
  time: string
}

export const MINUTES = [30, 60, 120, 240, 480] as const

export const openSpan = (): Span => ({ kind: 'open', minutes: 0, time: '' })

/** Whether it says when: a time of day has to be given. */
export const complete = (span: Span): boolean => span.kind !== 'time' || /^\d\d:\d\d$/.test(span.time)

/** The instant at which a span that begins at `now` is over; null for one without an end. */
export function endOf(span: Span, now: number): Date | null {
  switch (span.kind) {
    case 'open':
      return null
    case 'minutes':
      return new Date(now + span.minutes * 60_000)
    case 'day': {
      const end = new Date(now)
      end.setHours(24, 0, 0, 0)
      return end
    }
    case 'time': {
      const [hours = 0, minutes = 0] = span.time.split(':').map(Number)
      const end = new Date(now)
      end.setHours(hours, minutes, 0, 0)
      if (end.getTime() <= now) end.setDate(end.getDate() + 1)
      return end
    }
  }
}

/** The same by the server's clock, as the API is told. */
export const untilOf = (span: Span): string | null => endOf(span, serverClock.now())?.toISOString() ?? null
