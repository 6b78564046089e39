import { text } from '@/i18n'
import { clock, percent, plain } from '@/ui/format'
import type { Alarm, Threshold } from './store'

const SHARES = new Set(['service_level', 'abandon_rate'])
const SPANS = new Set(['longest_wait', 'state_time'])
export const BELOW: ReadonlySet<string> = new Set(['service_level', 'idle', 'signed_in'])

/** A value of a measure as people read it. */
export function figure(measure: string, value: number): string {
  if (SHARES.has(measure)) return percent(value)
  return SPANS.has(measure) ? clock(value) : plain(value)
}

/** What is watched, with the state it is about. */
export function measured(one: Alarm | Threshold): string {
  const measure = text(`alarms.measure.${one.measure}`)
  return one.state ? `${measure} · ${text(`agentState.${one.state}`)}` : measure
}

/** Of whom or what. */
export function subject(one: Alarm | Threshold): string {
  const agent = 'agent_name' in one ? one.agent_name : ''
  return [one.subject_name || one.subject_id, agent].filter(Boolean).join(' · ')
}

/** The limit as people read it. */
export function limit(one: Alarm | Threshold): string {
  const side = text(BELOW.has(one.measure) ? 'alarms.below' : 'alarms.atOrAbove')
  return `${side} ${figure(one.measure, one.limit)}`
}
