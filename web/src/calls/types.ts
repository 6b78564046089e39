import type { Outcome } from '@/ui/states'

/** A call as the history lists it. */
export interface CallSummary {
  call_id: string
  direction: 'inbound' | 'outbound' | 'internal'
  caller: string
  called: string
  client_id: string
  project_id: string
  /** In the order in which the call came to them. */
  queue_ids: string[]
  agent_ids: string[]
  started_at: string
  answered_at: string | null
  ended_at: string | null
  wait_s: number | null
  talk_s: number | null
  hold_s: number | null
  duration_s: number | null
  outcome: Outcome
  ended_by: string
  score: number | null
  scale: number | null
  recorded: boolean
  amount: string | null
  currency: string | null
}

/** One fact of a call's journal. */
export interface CallEvent {
  no: number
  at: string
  type: string
  version: number
  data: Record<string, unknown>
}

export interface Recording {
  recording_id: string
  segment_id: string
  layout: 'call' | 'voice'
  started_at: string | null
  duration_s: number
  bytes: number
  sha256: string
}

export interface Waveform {
  duration_s: number
  channels: { side: 'customer' | 'agent' | 'voice'; peaks: number[] }[]
}

export interface Charge {
  kind: string
  quantity: string
  unit: string
  unit_price: string
  amount: string
}

export interface Charges {
  items: Charge[]
  total: string | null
  currency: string
}
