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
  /** Null while the call goes on. */
  outcome: Outcome | null
  ended_by: string
  score: number | null
  scale: number | null
  recorded: boolean
}

/** One fact of a call's journal. */
export interface CallEvent {
  /** Place in the journal, and so in the order of the timeline. */
  seq: number
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

/** An item of what a call costs: minutes in a price tier, or the call itself. */
export interface Charge {
  kind: string
  tier: number | null
  seconds: number
  price: string
  amount: string
}

/** What a call costs, exactly; amounts are decimal text. */
export interface Charges {
  state: 'invoiced' | 'estimated' | 'running' | 'free'
  invoice_number: string | null
  currency: string | null
  billable_s: number
  amount: string | null
  charges: Charge[]
}
