import { Bell, Close, Connection, Phone, TopRight } from '@element-plus/icons-vue'
import type { Query } from '@/api/http'
import type { Schemas } from '@/api/schemas'
import { digits } from '@/calls/filters'
import { hasText, text } from '@/i18n'
import { clock, dateOf } from '@/ui/format'
import type { Look } from '@/ui/states'

export type OwnCall = Schemas['OwnCall']
export type OwnCallDetail = Schemas['OwnCallDetail']
export type OwnCalls = Schemas['OwnCalls']
export type OwnResult = OwnCall['result']
export type OwnStep = Schemas['OwnStep']

export const RESULTS = ['talked', 'missed', 'unanswered', 'withdrawn', 'assisted'] as const

const LOOKS: Record<OwnResult, Look> = {
  talked: { tone: 'good', icon: Phone },
  missed: { tone: 'bad', icon: Close },
  withdrawn: { tone: 'off', icon: Bell },
  unanswered: { tone: 'off', icon: TopRight },
  assisted: { tone: 'info', icon: Connection },
}
/** How a call's result looks. */
export const resultLook = (result: OwnResult): Look => LOOKS[result]

/** What the own log is narrowed to. */
export interface OwnFilters {
  first: string
  last: string
  direction: string
  result: string
  disposition: string
  number: string
  text: string
}

/** Today, everything. */
export function noOwnFilters(today = dateOf(new Date())): OwnFilters {
  return { first: today, last: today, direction: '', result: '', disposition: '', number: '', text: '' }
}

/** The filters as the API asks for them. */
export function ownQuery(filters: OwnFilters): Query {
  return {
    first_day: filters.first,
    last_day: filters.last,
    direction: filters.direction,
    result: filters.result,
    disposition: filters.disposition,
    number: digits(filters.number),
    text: filters.text.trim(),
  }
}

/** An outcome in words: what the project calls it, else the product, else its code. */
export function outcomeText(code: string, named: readonly { code: string; name: string }[]): string {
  const own = named.find((one) => one.code === code)?.name
  if (own) return own
  return hasText(`disposition.${code}`) ? text(`disposition.${code}`) : code
}

/** Which way a call went, as one sign. */
export const arrow = (direction: OwnCall['direction']): string =>
  ({ inbound: '↙', outbound: '↗', internal: '↔' })[direction]

const ENDED: Record<string, string> = {
  customer: 'byCustomer',
  agent: 'byAgent',
  transfer: 'byTransfer',
  supervisor: 'bySupervisor',
}

/** One thing that happened, in the agent's words. */
export function stepText(step: OwnStep, named: readonly { code: string; name: string }[]): string {
  const words = text(`own.step.${step.kind}`, {
    target: step.target,
    time: clock(step.spent_s),
    outcome: outcomeText(step.code, named),
  })
  if (step.kind === 'left') return `${words} · ${text(`own.step.${ENDED[step.by] ?? 'byOther'}`)}`
  const rang = step.kind === 'missed' || step.kind === 'refused' || step.kind === 'withdrawn'
  return rang && step.spent_s !== null
    ? `${words} ${text('own.step.after', { time: clock(step.spent_s) })}`
    : words
}
