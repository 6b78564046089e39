/** How well the voice travels, from what the browser counts of a connection. */
export interface Quality {
  /** There and back, in milliseconds; null while unknown. */
  roundTripMs: number | null
  jitterMs: number
  /** Share of packets lost on the way to us since the last look, 0 to 1. */
  loss: number
  grade: Grade
}
export type Grade = 'good' | 'fair' | 'poor'

/** Counters as they were at one moment. */
export interface Counters {
  received: number
  lost: number
  jitterMs: number
  roundTripMs: number | null
}

/** Read a connection's counters; null while no voice has come. */
export async function counters(connection: RTCPeerConnection): Promise<Counters | null> {
  const found: Counters = { received: 0, lost: 0, jitterMs: 0, roundTripMs: null }
  let heard = false
  for (const report of (await connection.getStats()).values() as Iterable<Record<string, unknown>>) {
    if (report['type'] === 'inbound-rtp' && report['kind'] === 'audio') {
      heard = true
      found.received = Number(report['packetsReceived'] ?? 0)
      found.lost = Number(report['packetsLost'] ?? 0)
      found.jitterMs = 1000 * Number(report['jitter'] ?? 0)
    } else if (report['type'] === 'candidate-pair' && report['nominated'] === true) {
      const seconds = report['currentRoundTripTime']
      if (typeof seconds === 'number') found.roundTripMs = 1000 * seconds
    }
  }
  return heard ? found : null
}

/**
 * Judge the time between two looks.
 *
 * Limits after ITU-T G.114 and G.107: over 300 ms there and back, 30 ms of jitter or 3 % of loss a
 * conversation suffers; beyond twice that it is work.
 */
export function quality(before: Counters | null, now: Counters): Quality {
  const received = now.received - (before?.received ?? 0)
  const lost = Math.max(0, now.lost - (before?.lost ?? 0))
  const loss = received + lost === 0 ? 0 : lost / (received + lost)
  const strain = Math.max((now.roundTripMs ?? 0) / 300, now.jitterMs / 30, loss / 0.03)
  // Nothing came at all: no packet, no loss, and yet nobody is heard.
  const silent = before !== null && received === 0
  const grade: Grade = silent || strain > 2 ? 'poor' : strain > 1 ? 'fair' : 'good'
  return { roundTripMs: now.roundTripMs, jitterMs: now.jitterMs, loss, grade }
}
