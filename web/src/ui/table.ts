import type { Cell } from './csv'

/** A column of a table of `R`. */
export interface Column<R> {
  key: string
  label: string
  /** What the column sorts by and exports; columns without it do neither. */
  value?: (row: R) => string | number | null
  /** What is exported instead of `value`, as people read it. */
  exported?: (row: R) => Cell
  width?: number
  numeric?: boolean
  /** Explains the column on hover. */
  hint?: string
  /** False where `value` is only there to be exported. */
  sortable?: boolean
}

export interface Sort {
  key: string
  descending: boolean
}

/** Made once: a comparison that makes its own is fifty times slower. */
const ORDER = new Intl.Collator('zh-CN', { numeric: true })

function compare(left: string | number, right: string | number): number {
  if (typeof left === 'number' && typeof right === 'number') return left - right
  return ORDER.compare(String(left), String(right))
}

/** The rows in order, undefined values last in both directions; equal rows keep their place. */
export function sorted<R>(rows: readonly R[], columns: readonly Column<R>[], sort: Sort): R[] {
  const value = columns.find((column) => column.key === sort.key)?.value
  if (!value) return [...rows]
  const sign = sort.descending ? -1 : 1
  return [...rows].sort((a, b) => {
    const left = value(a)
    const right = value(b)
    if (left === null || right === null) return Number(left === null) - Number(right === null)
    return sign * compare(left, right)
  })
}

/** Header and rows for `csv`. */
export function tableCells<R>(
  rows: readonly R[],
  columns: readonly Column<R>[],
): { header: string[]; cells: Cell[][] } {
  const kept = columns.filter((column) => column.exported ?? column.value)
  return {
    header: kept.map((column) => column.label),
    cells: rows.map((row) =>
      kept.map((column) => (column.exported ? column.exported(row) : (column.value?.(row) ?? null))),
    ),
  }
}
