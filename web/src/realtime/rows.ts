/** Rows of the realtime feed. All times are milliseconds since the Unix epoch, by the server. */

export const AGENT_STATES = [
  'signed_out',
  'idle',
  'reserved',
  'ringing',
  'talking',
  'holding',
  'consulting',
  'conferencing',
  'after_call_work',
  'busy',
  'outbound_only',
  'disconnected',
] as const
export type AgentState = (typeof AGENT_STATES)[number]

export const CALL_STATES = [
  'flow',
  'waiting',
  'ringing',
  'dialling',
  'talking',
  'holding',
  'consulting',
  'conferencing',
  'voicemail',
  'outside',
  'ending',
] as const
export type CallState = (typeof CALL_STATES)[number]

/** An agent; what may be missing is not told to clients. */
export interface AgentRow {
  agent_id: string
  number: string
  name: string
  group_id?: string
  state: AgentState
  reason?: string
  since: number
  /** When after-call work or the grace of a lost connection is over. */
  until?: number | null
  /** What the agent will be after the contact at hand; empty for nothing special. */
  intended?: AgentState | '' | null
  endpoint?: string
  call_id: string
  segment_id: string
  queue_id: string
  client_id: string
  reachable: boolean
  queues?: string[]
  /** Queues whose calls the agent's phone answers by itself. */
  auto_answer?: string[]
  handled?: number
  talk_ms?: number
  /** What the agent, as a supervisor, does at somebody else's conversation. */
  supervising?: Supervising | null
}

export type SupervisionMode = 'listen' | 'whisper' | 'barge' | 'intercept'

export interface Supervising {
  agent_id: string
  call_id: string
  mode: SupervisionMode
  /** Waiting: the call changes hands. */
  state: 'ringing' | 'there' | 'waiting'
}

export interface QueueToday {
  offered: number
  answered: number
  abandoned: number
  short_abandoned: number
  overflowed: number
  within_service_level: number
  wait_ms: number
  talk_ms: number
}

export interface QueueRow {
  queue_id: string
  client_id: string
  project_id: string
  name: string
  waiting: number
  longest_since: number | null
  idle: number
  signed_in: number
  talking: number
  today: QueueToday
}

export interface CallRow {
  call_id: string
  client_id: string
  project_id: string
  direction: 'inbound' | 'outbound' | 'internal'
  caller: string
  called: string
  state: CallState
  since: number
  started_at: number
  queue_id: string
  agent_id: string
  recording: boolean
  recording_paused: boolean
  /** Agents in the call, or offered it. */
  agent_ids: string[]
  /** Who has been with the customer longest: the host, where it is a conference. */
  host_id: string
  parties: Party[]
  /** What the call's flow and prompts speak. */
  language: string
  /** A prompt that is being played into the conversation. */
  prompt: { agent_id: string; name: string; language: string; since: number } | null
  /** A consultation that is no conference yet. */
  consult: Consultation | null
}

/** Somebody in a call. */
export interface Party {
  leg_id: string
  kind: 'customer' | 'agent' | 'outside'
  agent_id: string
  name: string
  state: 'arrived' | 'dialling' | 'ringing' | 'up'
  muted: boolean
  /** With the customer, at the consultation, or waiting. */
  place: 'talk' | 'consult' | 'apart'
}

export interface Consultation {
  agent_id: string
  leg_id: string
  /** The consulted party waits while the agent is with the customer. */
  parked: boolean
  /** The queue whose agents are sought; empty once somebody has answered, or was called by name. */
  queue_id: string
  queue_name: string
  since: number | null
}

/** The cell as a whole. */
export interface CellRow {
  cell_id: string
  calls: number
  switch_reachable: boolean
}

/** What the latest test call through a trunk told. */
export interface TrunkTestRow {
  test_id: string
  at: number
  number: string
  answered: boolean
  cause: number
  ring_ms: number
  talk_ms: number
  heard: boolean
}

export interface TrunkRow {
  trunk_id: string
  reachable: boolean
  test: TrunkTestRow | null
}

/** A phone that is registered now, from where and since when. */
export interface PhoneRow {
  endpoint: string
  address: string
  since: number
}

/** What each table of the feed holds, by its name on the wire. */
export interface Tables {
  agents: AgentRow
  queues: QueueRow
  calls: CallRow
  trunks: TrunkRow
  phones: PhoneRow
}
export type TableName = keyof Tables
export const TABLES: readonly TableName[] = ['agents', 'queues', 'calls', 'trunks', 'phones']

export interface SnapshotFrame {
  feed: 'snapshot'
  no: number
  at: number
  /** Changes with the writer of the cell; numbers of different epochs do not follow on. */
  epoch?: number
  agents?: Record<string, AgentRow>
  queues?: Record<string, QueueRow>
  calls?: Record<string, CallRow>
  trunks?: Record<string, TrunkRow>
  phones?: Record<string, PhoneRow>
  cell?: CellRow
}

export interface DeltaFrame {
  feed: 'delta'
  /** The frame that this one follows on, for this viewer; the one before by number if missing. */
  after?: number
  no: number
  at: number
  epoch?: number
  set?: { [N in TableName]?: Record<string, Tables[N]> }
  gone?: { [N in TableName]?: string[] }
  cell?: CellRow
}

/** A sign of life between changes. */
export interface AliveFrame {
  feed: 'alive'
  no: number
  at: number
}

/** Something beside the floor has changed, and is to be asked for again. */
export interface NoteFrame {
  feed: 'note'
  about: string
}

export type Frame = SnapshotFrame | DeltaFrame | AliveFrame
/** Whatever comes over the connection. */
export type Heard = Frame | NoteFrame
