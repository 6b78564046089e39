import { computed, shallowRef } from 'vue'
import { arrows, freeId, newStep, withArrow, type Definition, type Step } from './steps'

/** A flow with nothing in it but its end. */
export function emptyFlow(name: string): Definition {
  return {
    schema: 1,
    name,
    start: 'hang-up',
    languages: ['zh-CN'],
    steps: [{ id: 'hang-up', kind: 'hang_up', position: [0, 0] }],
  }
}

/** What was stored, as far as it is a flow at all. */
export function readDefinition(stored: unknown, name: string): Definition {
  const given = stored as Partial<Definition> | null
  return Array.isArray(given?.steps) && given.steps.length ? (given as Definition) : emptyFlow(name)
}

const MOST_UNDONE = 200

/**
 * A flow under the pen: every change makes a new definition, so that any can be taken back.
 *
 * Definitions are never changed in place.
 */
export class FlowDocument {
  private readonly past = shallowRef<readonly Definition[]>([])
  private readonly future = shallowRef<readonly Definition[]>([])
  readonly now = shallowRef<Definition>(emptyFlow(''))
  private readonly kept = shallowRef<Definition>(this.now.value)

  readonly dirty = computed(() => this.now.value !== this.kept.value)
  readonly undoable = computed(() => this.past.value.length > 0)
  readonly redoable = computed(() => this.future.value.length > 0)
  readonly steps = computed(() => new Map(this.now.value.steps.map((step) => [step.id, step])))

  /** Begin with a definition that is stored. */
  open(definition: Definition): void {
    this.past.value = this.future.value = []
    this.now.value = this.kept.value = definition
  }

  /** What is here now is stored. */
  saved(definition: Definition): void {
    this.kept.value = definition
  }

  /** Change the flow; nothing is remembered when nothing changed. */
  change(next: Definition): void {
    if (next === this.now.value) return
    this.past.value = [...this.past.value.slice(1 - MOST_UNDONE), this.now.value]
    this.future.value = []
    this.now.value = next
  }

  undo(): void {
    const before = this.past.value.at(-1)
    if (!before) return
    this.past.value = this.past.value.slice(0, -1)
    this.future.value = [this.now.value, ...this.future.value]
    this.now.value = before
  }

  redo(): void {
    const [after, ...rest] = this.future.value
    if (!after) return
    this.future.value = rest
    this.past.value = [...this.past.value, this.now.value]
    this.now.value = after
  }

  private each(edit: (step: Step) => Step): Definition {
    return { ...this.now.value, steps: this.now.value.steps.map(edit) }
  }

  /** Put another step in the place of the one with its id. */
  replace(step: Step): void {
    this.change(this.each((one) => (one.id === step.id ? step : one)))
  }

  /** Add a step; `after` leads to it if that has a way out that leads nowhere. Returns its id. */
  add(kind: string, position: [number, number], after: string | null = null): string {
    const id = freeId(kind, new Set(this.steps.value.keys()))
    const made = { ...newStep(kind, id), position }
    const from = after === null ? undefined : this.steps.value.get(after)
    const open = from && arrows(from).find((arrow) => arrow.to === null && !arrow.optional)
    const linked = from && open ? withArrow(from, open.field, id) : null
    const steps = this.now.value.steps.map((one) => (linked && one.id === linked.id ? linked : one))
    this.change({ ...this.now.value, steps: [...steps, made] })
    return id
  }

  /** Copy a step beside itself. Returns the copy's id. */
  copy(id: string): string | null {
    const step = this.steps.value.get(id)
    if (!step) return null
    const twin = freeId(step.kind, new Set(this.steps.value.keys()))
    const [x, y] = step.position ?? [0, 0]
    this.change({
      ...this.now.value,
      steps: [...this.now.value.steps, { ...step, id: twin, position: [x + 40, y + 40] }],
    })
    return twin
  }

  /** Remove steps, and every way that led to them. */
  remove(ids: ReadonlySet<string>): void {
    const left = this.now.value.steps.filter((step) => !ids.has(step.id))
    if (left.length === 0 || left.length === this.now.value.steps.length) return
    const steps = left.map((step) =>
      arrows(step).reduceRight(
        (one, arrow) => (arrow.to !== null && ids.has(arrow.to) ? withArrow(one, arrow.field, null) : one),
        step,
      ),
    )
    const start = ids.has(this.now.value.start) ? steps[0]!.id : this.now.value.start
    this.change({ ...this.now.value, steps, start })
  }

  /** Lead a way out of a step to another step, or nowhere. */
  connect(id: string, field: string, to: string | null): void {
    const step = this.steps.value.get(id)
    if (step) this.replace(withArrow(step, field, to))
  }

  /** Move steps to other places. */
  move(places: ReadonlyMap<string, [number, number]>): void {
    const moved = [...places].some(([id, [x, y]]) => {
      const held = this.steps.value.get(id)?.position
      return held?.[0] !== x || held[1] !== y
    })
    if (!moved) return
    this.change(this.each((step) => {
      const position = places.get(step.id)
      return position ? { ...step, position } : step
    }))
  }

  /** Give a step another id, wherever it is named. False if that is taken, or is none. */
  rename(id: string, next: string): boolean {
    if (next === id) return true
    if (!/^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/.test(next) || this.steps.value.has(next)) return false
    const made = this.each((step) => {
      const linked = arrows(step).reduce(
        (one, arrow) => (arrow.to === id ? withArrow(one, arrow.field, next) : one),
        step,
      )
      return linked.id === id ? { ...linked, id: next } : linked
    })
    this.change({ ...made, start: made.start === id ? next : made.start })
    return true
  }
}
