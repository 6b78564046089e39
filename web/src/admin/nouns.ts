import type { Field } from './fields/types'
import { clients, projects, branches, operators } from './nouns/business'
import { clientPages, dispositions, forms, scripts } from './nouns/desk'
import { numbers, listed, trunks } from './nouns/lines'
import { agents, groups, roles, skills, users, phones } from './nouns/people'
import { busyReasons } from './nouns/reasons'
import { queues, hours, calendars } from './nouns/routing'
import type { Noun } from './nouns/noun'

export type { Noun, NounColumn } from './nouns/noun'

/** Everything that is set up by a list and a form, by its path. */
export const NOUNS: Readonly<Record<string, Noun>> = Object.fromEntries(
  [
    queues, skills, hours, calendars, agents, groups, users, roles, phones, numbers, trunks, listed,
    busyReasons, scripts, clientPages, dispositions, forms,
    clients, projects, branches, operators,
  ].map((noun) => [noun.path, noun]),
)

export const fieldsOf = (noun: Noun): Field[] => noun.groups.flatMap((group) => group.fields)
