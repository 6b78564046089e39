import { graphlib, layout } from '@dagrejs/dagre'
import { arrows, type Definition, type Step } from './steps'

export const STEP_WIDTH = 228
const HEAD = 58
const WAY = 24

/** How high a step is drawn: its head, and a line for each way out. */
export const heightOf = (step: Step): number => HEAD + WAY * arrows(step).length + 6

/** Places for every step: columns from the first step on, in the order of the ways out. */
export function arranged(flow: Definition): Map<string, [number, number]> {
  const graph = new graphlib.Graph({ multigraph: true })
  graph.setGraph({ rankdir: 'LR', nodesep: 24, ranksep: 72, ranker: 'network-simplex' })
  graph.setDefaultEdgeLabel(() => ({}))
  const known = new Set(flow.steps.map((step) => step.id))
  // The first step first: dagre breaks ties, and cycles, by the order of insertion.
  const steps = [...flow.steps].sort((a, b) => Number(b.id === flow.start) - Number(a.id === flow.start))
  for (const step of steps) graph.setNode(step.id, { width: STEP_WIDTH, height: heightOf(step) })
  for (const step of steps) {
    for (const arrow of arrows(step)) {
      if (arrow.to !== null && known.has(arrow.to)) graph.setEdge(step.id, arrow.to, {}, arrow.field)
    }
  }
  layout(graph)
  return new Map(
    flow.steps.map((step): [string, [number, number]] => {
      const { x, y, height } = graph.node(step.id) as { x: number; y: number; height: number }
      return [step.id, [Math.round(x - STEP_WIDTH / 2), Math.round(y - height / 2)]]
    }),
  )
}

const GAP = 24

/** The place nearest below another at which a step covers no other one. */
export function freePlace(flow: Definition, [x, y]: [number, number]): [number, number] {
  const beside = flow.steps.filter((step) => Math.abs((step.position?.[0] ?? 0) - x) < STEP_WIDTH + GAP)
  let free = y
  for (const step of [...beside].sort((a, b) => (a.position?.[1] ?? 0) - (b.position?.[1] ?? 0))) {
    const top = step.position?.[1] ?? 0
    const bottom = top + heightOf(step) + GAP
    // As high as a step with a few ways out: what it will have is not known yet.
    if (free < bottom && free + HEAD + 3 * WAY > top) free = bottom
  }
  return [x, free]
}
