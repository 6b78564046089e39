import type { Field } from '../fields/types'
import type { OptionKind } from '../options'

/** A column of a list: a field of the row, and how it is shown. */
export interface NounColumn {
  name: string
  label?: string
  width?: number
  as?: 'reference' | 'references' | 'flag' | 'choice' | 'seconds' | 'count' | 'health' | 'registered' | 'time'
  to?: OptionKind
  texts?: string
}

/** A kind of thing that is set up by a list and a form. */
export interface Noun {
  /** Its path in the API and in the address. */
  path: string
  /** What it is called in audit entries and in "used by". */
  kind: string
  permission: string
  /** What a list can be narrowed by. */
  filters: readonly { name: string; to: OptionKind }[]
  columns: readonly NounColumn[]
  groups: readonly { title: string; fields: readonly Field[] }[]
  /** False where there is exactly one. */
  several?: boolean
  /** What is to be known of the list as a whole. */
  note?: string
  /** Can be taken out and brought in as a table file. */
  exchanged?: boolean
}

export const ACTIVE: NounColumn = { name: 'active', as: 'flag', width: 76 }
export const CLIENT: NounColumn = { name: 'client_id', as: 'reference', to: 'clients' }
export const NAME: Field = { name: 'name', kind: 'text', needed: true, longest: 100 }
export const LANGUAGE: Field = {
  name: 'language', kind: 'choice', options: ['zh-CN', 'en'], texts: 'setup.language', preset: 'zh-CN',
}
export const ENABLED: Field = { name: 'active', kind: 'flag', preset: true }
export const day = (name: string, preset: number | null, more: Partial<Field> = {}): Field =>
  ({
    name, kind: 'number', lowest: 0, highest: 86_400, unit: 's', preset,
    optional: preset === null, ...more,
  }) as Field
export const whole = (name: string, lowest: number, highest: number, preset: number | null): Field => ({
  name, kind: 'number', lowest, highest, preset, optional: preset === null,
})
