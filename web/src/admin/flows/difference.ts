import type { Definition, Step } from './steps'

/** What became of a step between two versions. */
export interface StepChange {
  id: string
  kind: string
  what: 'added' | 'removed' | 'changed'
  fields: { name: string; before: unknown; after: unknown }[]
}

/** What people do not call a change: where a step is drawn. */
const UNSEEN = new Set(['position', 'id'])
const same = (a: unknown, b: unknown): boolean => JSON.stringify(sorted(a)) === JSON.stringify(sorted(b))

/** The value with the keys of its objects in order: order there means nothing. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (value === null || typeof value !== 'object') return value ?? null
  return Object.fromEntries(
    Object.entries(value).sort(([a], [b]) => a.localeCompare(b)).map(([key, one]) => [key, sorted(one)]),
  )
}

function fieldsOf(before: Partial<Step>, after: Partial<Step>): StepChange['fields'] {
  const names = new Set([...Object.keys(before), ...Object.keys(after)])
  return [...names]
    .filter((name) => !UNSEEN.has(name) && !same(before[name], after[name]))
    .map((name) => ({ name, before: before[name], after: after[name] }))
}

/** What changed from one version of a flow to another: its head first, as the step ''. */
export function difference(before: Definition, after: Definition): StepChange[] {
  const { steps: oldSteps, ...oldHead } = before
  const { steps: newSteps, ...newHead } = after
  const old = new Map(oldSteps.map((step) => [step.id, step]))
  const found: StepChange[] = []
  const head = fieldsOf(oldHead as Partial<Step>, newHead as Partial<Step>)
  if (head.length) found.push({ id: '', kind: '', what: 'changed', fields: head })
  for (const step of newSteps) {
    const was = old.get(step.id)
    old.delete(step.id)
    if (!was) found.push({ id: step.id, kind: step.kind, what: 'added', fields: [] })
    else {
      const fields = fieldsOf(was, step)
      if (fields.length) found.push({ id: step.id, kind: step.kind, what: 'changed', fields })
    }
  }
  for (const step of old.values()) found.push({ id: step.id, kind: step.kind, what: 'removed', fields: [] })
  return found
}
