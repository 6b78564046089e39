import { shallowReactive, shallowRef } from 'vue'
import { TABLES, type CellRow, type Frame, type TableName, type Tables } from './rows'

/** A delta does not follow on what is here: the stream has to be asked for again. */
export class FeedGap extends Error {
  constructor(
    readonly have: number,
    readonly got: number,
  ) {
    super(`feed gap: have ${have}, got ${got}`)
    this.name = 'FeedGap'
  }
}

/**
 * The live floor as far as it is known here: a snapshot with the deltas applied to it.
 *
 * Rows are replaced whole and never changed in place, so that a view may keep them.
 */
export class Picture {
  readonly agents = shallowReactive(new Map<string, Tables['agents']>())
  readonly queues = shallowReactive(new Map<string, Tables['queues']>())
  readonly calls = shallowReactive(new Map<string, Tables['calls']>())
  readonly trunks = shallowReactive(new Map<string, Tables['trunks']>())
  readonly phones = shallowReactive(new Map<string, Tables['phones']>())

  readonly cell = shallowRef<CellRow | null>(null)

  /** Number of the last frame applied; null before the first snapshot. */
  no: number | null = null
  /** Epoch of that frame; numbers start anew with each writer of the cell. */
  epoch: number | null = null

  /**
   * Apply a frame.
   *
   * @throws FeedGap when a delta is missing in between; nothing is changed then.
   */
  apply(frame: Frame): void {
    if (frame.feed === 'alive') return
    if (frame.feed === 'snapshot') {
      for (const name of TABLES) this.#replace(name, frame[name] ?? {})
      this.no = frame.no
      this.epoch = frame.epoch ?? null
      this.cell.value = frame.cell ?? null
      return
    }
    if (this.no === null || (frame.epoch ?? null) !== this.epoch) throw new FeedGap(this.no ?? -1, frame.no)
    if (frame.no <= this.no) return // Sent again after a resume; its effect is here already.
    // What lies between `after` and this frame was about what others see.
    if ((frame.after ?? frame.no - 1) > this.no) throw new FeedGap(this.no, frame.no)
    for (const name of TABLES) {
      const table = this.#table(name)
      for (const [id, row] of Object.entries(frame.set?.[name] ?? {})) table.set(id, row)
      for (const id of frame.gone?.[name] ?? []) table.delete(id)
    }
    if (frame.cell) this.cell.value = frame.cell
    this.no = frame.no
  }

  /** Forget everything, as at the end of a session. */
  clear(): void {
    for (const name of TABLES) this.#table(name).clear()
    this.no = null
    this.epoch = null
    this.cell.value = null
  }

  #table(name: TableName): Map<string, Tables[TableName]> {
    return this[name] as Map<string, Tables[TableName]>
  }

  #replace(name: TableName, rows: Record<string, Tables[TableName]>): void {
    const table = this.#table(name)
    for (const id of [...table.keys()]) if (!(id in rows)) table.delete(id)
    for (const [id, row] of Object.entries(rows)) table.set(id, row)
  }
}
