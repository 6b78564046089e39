import type { LocationQuery } from 'vue-router'
import type { Query } from '@/api/http'
import { dateOf } from '@/ui/format'

/** What the history is narrowed to; it lives in the page's address, so that it can be shared. */
export interface Filters {
  /** First and last day by the clock of a call's project, both included. */
  first: string
  last: string
  direction: string
  outcome: string
  client: string
  project: string
  queue: string
  agent: string
  number: string
}

const NAMES = ['direction', 'outcome', 'client', 'project', 'queue', 'agent', 'number'] as const
const DAY = /^\d{4}-\d{2}-\d{2}$/

/** Today, everything. */
export function noFilters(today = dateOf(new Date())): Filters {
  return {
    first: today,
    last: today,
    direction: '',
    outcome: '',
    client: '',
    project: '',
    queue: '',
    agent: '',
    number: '',
  }
}

/** The filters in a page's address. */
export function readFilters(query: LocationQuery): Filters {
  const filters = noFilters()
  const one = (name: string): string => {
    const value = query[name]
    return typeof value === 'string' ? value : ''
  }
  if (DAY.test(one('first'))) filters.first = one('first')
  if (DAY.test(one('last'))) filters.last = one('last')
  if (filters.last < filters.first) filters.last = filters.first
  for (const name of NAMES) filters[name] = one(name)
  return filters
}

/** The filters as a page's address; what says nothing is left out. */
export function writeFilters(filters: Filters): Record<string, string> {
  const query: Record<string, string> = { first: filters.first, last: filters.last }
  for (const name of NAMES) if (filters[name]) query[name] = filters[name]
  return query
}

/** A number as typed, reduced to what can be searched for: at least two digits, perhaps a plus. */
export function digits(typed: string): string {
  const found = /^\+?\d{2,20}$/.exec(typed.replaceAll(/[^\d+]/g, ''))
  return found ? found[0] : ''
}

/** The filters as the API asks for them. */
export function apiQuery(filters: Filters): Query {
  return {
    first_day: filters.first,
    last_day: filters.last,
    direction: filters.direction,
    outcome: filters.outcome,
    client_id: filters.client,
    project_id: filters.project,
    queue_id: filters.queue,
    agent_id: filters.agent,
    number: digits(filters.number),
  }
}
