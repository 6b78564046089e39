import type { ComputedRef, InjectionKey } from 'vue'

/** What the parts of the flow editor share. */
export interface FlowDesk {
  /** The steps that a way out may lead to. */
  stepIds: ComputedRef<{ id: string; label: string }[]>
  languages: ComputedRef<readonly string[]>
  flowId: string
}

export const FLOW_DESK: InjectionKey<FlowDesk> = Symbol('flow desk')
