import type { CallEvent } from './types'

/** A stretch of a recording that one agent handled, in seconds from its beginning. */
export interface Stretch {
  segmentId: string
  agentId: string
  from: number
  to: number
}

/** A stretch in which nothing was recorded on purpose, in seconds. */
export interface Pause {
  from: number
  to: number
}

const within = (value: number, length: number): number => Math.min(length, Math.max(0, value))

/** The agents' stretches of the recording that began at `startedAt` and lasts `length` seconds. */
export function stretches(
  events: readonly CallEvent[],
  startedAt: string,
  length: number,
): Stretch[] {
  const zero = Date.parse(startedAt)
  const seconds = (at: string): number => within((Date.parse(at) - zero) / 1000, length)
  const found: Stretch[] = []
  for (const event of events) {
    const id = event.data.segment_id
    if (event.type === 'segment.started') {
      found.push({
        segmentId: String(id),
        agentId: String(event.data.agent_id ?? ''),
        from: seconds(event.at),
        to: length,
      })
    } else if (event.type === 'segment.ended') {
      const open = found.find((one) => one.segmentId === id)
      if (open) open.to = seconds(event.at)
    }
  }
  return found.filter((one) => one.to > one.from)
}

/** Where the recording was paused. */
export function pauses(
  events: readonly CallEvent[],
  recordingId: string,
  startedAt: string,
  length: number,
): Pause[] {
  const zero = Date.parse(startedAt)
  const seconds = (at: string): number => within((Date.parse(at) - zero) / 1000, length)
  const found: Pause[] = []
  for (const event of events) {
    if (event.data.recording_id !== recordingId) continue
    if (event.type === 'recording.paused') found.push({ from: seconds(event.at), to: length })
    const last = found.at(-1)
    if (event.type === 'recording.resumed' && last) last.to = seconds(event.at)
  }
  return found
}

/** When a recording began, as its event says; the call's beginning where there is none. */
export function beganAt(events: readonly CallEvent[], recordingId: string): string | null {
  const begun = events.find(
    (event) => event.type === 'recording.started' && event.data.recording_id === recordingId,
  )
  return begun?.at ?? null
}

/** `peaks` (0..1) as heights of `bars` bars: the loudest of what falls into each. */
export function bars(peaks: readonly number[], count: number): number[] {
  if (peaks.length === 0 || count <= 0) return []
  return Array.from({ length: count }, (_, bar) => {
    const first = Math.floor((bar * peaks.length) / count)
    const last = Math.max(first + 1, Math.floor(((bar + 1) * peaks.length) / count))
    let loudest = 0
    for (let at = first; at < last; at += 1) loudest = Math.max(loudest, peaks[at] ?? 0)
    return loudest
  })
}
