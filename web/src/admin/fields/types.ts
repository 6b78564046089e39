import type { OptionKind } from '../options'

/** What every field of a form has. */
interface Common {
  /** The API's name; also the key of its label, below `setup.field`, unless `label` says another. */
  name: string
  label?: string
  /** Key of a line of help below `setup.hint`. */
  hint?: string
  needed?: boolean
  /** What a new row begins with. */
  preset?: unknown
  /** Cannot be changed once the row is there. */
  fixed?: boolean
  /** Only asked for where another field holds this; else it is what a new row begins with. */
  only?: { where: string; is: string }
}

export type Field = Common &
  (
    | { kind: 'text'; longest?: number; pattern?: RegExp; lines?: number }
    | { kind: 'password' }
    | { kind: 'number'; lowest: number; highest: number; unit?: string; optional?: boolean }
    | { kind: 'flag' }
    | {
        kind: 'choice'; options: readonly string[]; texts: string
        /** What can be chosen, by what another field holds. */
        by?: { field: string; options: Readonly<Record<string, readonly string[]>> }
      }
    | { kind: 'zone' }
    | { kind: 'reference'; to: OptionKind; optional?: boolean; within?: string }
    | { kind: 'references'; to: OptionKind; within?: string }
    | { kind: 'levels'; lowest: number; highest: number }
    | { kind: 'words' }
    | { kind: 'relaxations' }
    | { kind: 'target' }
    | { kind: 'weekly' }
    | { kind: 'days' }
    | { kind: 'markdown'; longest: number }
    | { kind: 'questions' }
    | { kind: 'permissions' }
  )

/** A row as the API gives it. */
export type Row = Record<string, unknown> & { id: string; version: number }

/** An open stretch of a day. */
export interface Span {
  start: string
  end: string
}
