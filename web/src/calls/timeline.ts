import { hasText, text } from '@/i18n'
import { reasonText } from '@/floor/reason'
import { clock, dateTime } from '@/ui/format'
import type { CallEvent } from './types'

/** How an event reads: its sentence, and whether only engineers care. */
export interface Line {
  seq: number
  at: string
  type: string
  words: string
  technical: boolean
  tone: 'good' | 'info' | 'warn' | 'bad' | 'off'
}

/** Resolves ids to the names people use. */
export interface Names {
  agent(id: string): string
  queue(id: string): string
  client(id: string): string
  project(id: string): string
  flow(id: string): string
}

/** Parts of the machinery: shown only when asked for. */
const TECHNICAL = new Set([
  'leg.started',
  'leg.ringing',
  'leg.answered',
  'leg.ended',
  'flow.stepped',
  'bridge.joined',
  'bridge.left',
  'recording.stopped',
  'recording.stored',
  'queue.announced',
  'cell.configured',
  'floor.took_over',
])

const GOOD = new Set(['call.answered', 'segment.started', 'rating.given', 'voicemail.left'])
const BAD = new Set(['call.refused', 'transfer.failed', 'switch.lost'])
const WARN = new Set(['queue.entered', 'offer.made', 'segment.held', 'callback.promised'])

/** Fields whose value is one of a closed list, with the texts of the list. */
const LISTED: Record<string, string> = {
  direction: 'direction',
  ended_by: 'endedBy',
  outcome: 'outcomeWord',
  result: 'offerResult',
  via: 'via',
  kind: 'kindWord',
  state: 'agentState',
  previous: 'agentState',
  target_kind: 'targetKind',
  layout: 'layoutWord',
  mode: 'superviseMode',
  code: 'disposition',
}

function word(group: string, value: string): string {
  // A code of a refusal has a point in it, which a path of texts cannot have.
  const key = `${group}.${value.replace('.', '_')}`
  return hasText(key) ? text(key) : value
}

function target(kind: unknown, id: unknown, names: Names): string {
  const value = typeof id === 'string' ? id : ''
  if (kind === 'agent') return names.agent(value)
  if (kind === 'queue') return names.queue(value)
  if (kind === 'flow') return names.flow(value)
  return value
}

/** The blanks of an event's sentence. */
function blanks(data: Record<string, unknown>, names: Names): Record<string, string> {
  const filled: Record<string, string> = {}
  for (const [name, value] of Object.entries(data)) {
    if (name.endsWith('_ms') && typeof value === 'number') {
      filled[name.slice(0, -3)] = clock(value / 1000)
    } else if ((name === 'until' || name === 'due_at') && typeof value === 'number') {
      filled[name] = dateTime(value)
    } else if (typeof value === 'string' && LISTED[name]) {
      filled[name] = word(LISTED[name], value)
    } else if (Array.isArray(value)) {
      filled[name] = value.join(', ')
    } else {
      filled[name] = value === null || value === undefined ? '' : String(value)
    }
  }
  const id = (name: string): string => (typeof data[name] === 'string' ? data[name] : '')
  filled.agent = names.agent(id('agent_id'))
  filled.supervisor = names.agent(id('supervisor_id'))
  filled.queue = names.queue(id('queue_id'))
  filled.client = names.client(id('client_id'))
  filled.project = names.project(id('project_id'))
  filled.flow = names.flow(id('flow_id'))
  filled.target = target(data.target_kind, data.target_id, names)
  if ('reason' in data) {
    const reason = id('reason')
    filled.reason = hasText(`reasonWord.${reason}`)
      ? text(`reasonWord.${reason}`)
      : reasonText(reason)
  }
  return filled
}

/** A variant of the sentence where an event says different things by its data. */
function variant(event: CallEvent): string {
  const data = event.data
  switch (event.type) {
    case 'queue.left':
      return typeof data.outcome === 'string' ? data.outcome : ''
    case 'offer.ended':
      return typeof data.result === 'string' ? data.result : ''
    case 'transfer.made':
      return data.consulted === true ? 'consulted' : ''
    case 'switch.restored':
      return data.restarted === true ? 'restarted' : ''
    case 'agent.phone_changed':
    case 'trunk.changed':
      return data.reachable === false ? 'unreachable' : ''
    case 'agent.link_changed':
      return data.connected === false ? 'gone' : ''
    case 'call.code_dialled':
      return typeof data.code === 'string' ? data.code : ''
    case 'agent.pin_checked':
      return data.ok === false ? 'wrong' : ''
    case 'leg.muted':
      return data.muted === false ? 'off' : ''
    case 'recording.stored':
      return data.segment_id ? 'segment' : ''
    case 'call.ended':
      return data.answered === false ? 'unanswered' : ''
    default:
      return ''
  }
}

function key(event: CallEvent): string {
  const base = `events.${event.type.replace('.', '_')}`
  const special = variant(event)
  return special && hasText(`${base}_${special}`) ? `${base}_${special}` : base
}

function tone(event: CallEvent): Line['tone'] {
  if (GOOD.has(event.type)) return 'good'
  if (BAD.has(event.type)) return 'bad'
  if (event.type === 'queue.left') {
    if (event.data.outcome === 'answered') return 'good'
    return event.data.outcome === 'overflowed' ? 'warn' : 'bad'
  }
  if (event.type === 'offer.ended') return event.data.result === 'accepted' ? 'good' : 'warn'
  if (WARN.has(event.type)) return 'warn'
  return TECHNICAL.has(event.type) ? 'off' : 'info'
}

/** An event in the words of the language shown. */
export function line(event: CallEvent, names: Names): Line {
  const found = key(event)
  return {
    seq: event.seq,
    at: event.at,
    type: event.type,
    // An event newer than this page is named rather than left out.
    words: hasText(found) ? text(found, blanks(event.data, names)) : event.type,
    technical: TECHNICAL.has(event.type),
    tone: tone(event),
  }
}
