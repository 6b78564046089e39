import {
  Aim, Bell, ChatLineRound, Clock, Connection, Edit, Headset, Link, Menu, Message, Microphone,
  Phone, Position, Promotion, Share, Star, SwitchButton, Switch, UserFilled,
} from '@element-plus/icons-vue'
import type { Component } from 'vue'
import described from './steps.json'

/** What a field of a step may hold; generated from the interpreter's own description. */
export type Shape =
  | { shape: 'step'; optional: boolean }
  | { shape: 'reference'; to: string }
  | { shape: 'variable'; longest: number; pattern: string }
  | { shape: 'media'; longest: number }
  | { shape: 'text'; longest: number; shortest: number; pattern: string; template: boolean }
  | { shape: 'whole'; lowest: number; highest: number }
  | { shape: 'flag' }
  | { shape: 'word'; words: string[] }
  | { shape: 'list'; most: number; of: Shape }
  | { shape: 'map'; most: number; key: Shape; of: Shape }
  | { shape: 'group'; fields: StepField[] }
  | { shape: 'tagged'; kinds: Record<string, StepField[]> }

export type StepField = Shape & { name: string; needed: boolean; default?: string | number | boolean }

export interface Step {
  id: string
  kind: string
  note?: string
  position?: [number, number]
  [field: string]: unknown
}

export interface Definition {
  schema: 1
  name: string
  start: string
  languages: string[]
  variables?: Record<string, string>
  expects?: string[]
  steps: Step[]
}

export const FIELDS = described.steps as unknown as Record<string, StepField[]>
export const KEYS: readonly string[] = described.keys
export const KINDS = Object.keys(FIELDS)

/** The kinds by what they are for, as the palette shows them. */
export const PALETTE: readonly { title: string; kinds: readonly string[] }[] = [
  { title: 'speak', kinds: ['announce', 'say', 'menu', 'collect', 'rate', 'language'] },
  { title: 'hand', kinds: ['queue', 'transfer', 'voicemail', 'record', 'callback'] },
  { title: 'decide', kinds: ['condition', 'set', 'http', 'assign'] },
  { title: 'order', kinds: ['subflow', 'return', 'goto', 'hang_up'] },
]

export const ICONS: Readonly<Record<string, Component>> = {
  announce: Bell, say: ChatLineRound, menu: Menu, collect: Edit, rate: Star, language: Switch,
  queue: Headset, transfer: Phone, voicemail: Message, record: Microphone, callback: Clock,
  condition: Share, set: Aim, http: Link, assign: UserFilled,
  subflow: Connection, return: Promotion, goto: Position, hang_up: SwitchButton,
}

/** The families of the palette colour the steps. */
export const familyOf = (kind: string): string =>
  PALETTE.find((family) => family.kinds.includes(kind))?.title ?? 'order'

/** A way out of a step: the place in it, the step it leads to, and what people call it. */
export interface Arrow {
  field: string
  to: string | null
  /** Key of its name, and what fills its blank. */
  label: string
  blank?: string
  /** Never needed. */
  optional: boolean
}

interface Branch {
  tests: unknown[]
  match?: string
  next?: string
}

const isMapOfSteps = (field: StepField): boolean => field.shape === 'map' && field.of.shape === 'step'

/** Every way out of a step, drawn or still missing, in the order of its form. */
export function arrows(step: Step): Arrow[] {
  const found: Arrow[] = []
  for (const field of FIELDS[step.kind] ?? []) {
    const held = step[field.name]
    if (field.name === 'branches') {
      for (const [n, branch] of ((held as Branch[] | undefined) ?? []).entries()) {
        found.push({ field: `branches[${n}].next`, to: branch.next ?? null, label: 'branch', blank: String(n + 1), optional: false })
      }
    } else if (isMapOfSteps(field)) {
      const keys = Object.entries((held as Record<string, string> | undefined) ?? {})
      for (const [key, to] of keys.sort(([a], [b]) => KEYS.indexOf(a) - KEYS.indexOf(b))) {
        found.push({ field: `${field.name}.${key}`, to: to || null, label: 'key', blank: key, optional: false })
      }
    } else if (field.shape === 'step') {
      const jumps = step.kind === 'transfer' && step.to === 'flow' && field.name === 'failed'
      found.push({ field: field.name, to: (held as string | undefined) ?? null, label: field.name, optional: field.optional || jumps })
    }
  }
  return found
}

/** The step with one of its ways out leading to another step, or nowhere. */
export function withArrow(step: Step, place: string, to: string | null): Step {
  const branch = /^branches\[(\d+)\]\.next$/.exec(place)
  if (branch) {
    const branches = (step.branches as Branch[]).map((one, n) => {
      if (n !== Number(branch[1])) return one
      const { next: _, ...rest } = one
      return to === null ? rest : { ...rest, next: to }
    })
    return { ...step, branches }
  }
  const [name, key] = place.split('.') as [string, string?]
  if (key !== undefined) {
    const { [key]: _, ...others } = step[name] as Record<string, string>
    return { ...step, [name]: to === null ? others : { ...others, [key]: to } }
  }
  const { [name]: _, ...rest } = step
  return (to === null ? rest : { ...rest, [name]: to }) as Step
}

/** What a needed field begins with; a text begins missing, so that the check says so. */
function preset(field: StepField): unknown {
  switch (field.shape) {
    case 'list':
      return []
    case 'map':
      return {}
    case 'word':
      return field.words[0]
    case 'whole':
      return field.lowest
    case 'flag':
      return false
    default:
      return undefined
  }
}

/** A step of a kind with nothing but what it cannot be without. */
export function newStep(kind: string, id: string): Step {
  const needed = (FIELDS[kind] ?? []).filter((field) => field.needed)
  const begun = needed.map((field) => [field.name, preset(field)] as const)
  return { id, kind, ...Object.fromEntries(begun.filter(([, held]) => held !== undefined)) }
}

/** A name for a step that no other has: its kind and a number. */
export function freeId(kind: string, taken: ReadonlySet<string>): string {
  const stem = kind.replaceAll('_', '-')
  if (!taken.has(stem)) return stem
  let n = 2
  while (taken.has(`${stem}-${n}`)) n += 1
  return `${stem}-${n}`
}
