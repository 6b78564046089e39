import type { useOptions } from './options'
import { dateTime, NONE } from '@/ui/format'
import type { NounColumn } from './nouns'
import type { Row } from './fields/types'

/** One value of a list's row in words: what is shown, sorted by and taken out. */
export function cellText(
  column: NounColumn,
  row: Row,
  options: ReturnType<typeof useOptions>,
  t: (key: string) => string,
): string {
  const held = row[column.name]
  if (column.as === 'flag') return t(held ? 'setup.yes' : 'setup.no')
  if (column.as === 'count') return String(Array.isArray(held) ? held.length : (held ?? NONE))
  if (held === null || held === undefined || held === '') return NONE
  if (column.as === 'reference') return options.label(column.to!, String(held))
  if (column.as === 'references') {
    const ids = Array.isArray(held) ? held : Object.keys(held as object)
    return ids.map((id) => options.label(column.to!, String(id))).join('、') || NONE
  }
  if (column.as === 'choice') return t(`${column.texts}.${String(held)}`)
  if (column.as === 'seconds') return `${String(held)} ${t('setup.unit.s')}`
  if (column.as === 'time') return dateTime(String(held))
  if (Array.isArray(held)) return held.map((one) => String(one) || t('setup.everything')).join('、')
  return String(held)
}

/** What a list is sorted by: numbers as numbers, what is empty last. */
export function cellOrder(
  column: NounColumn,
  row: Row,
  options: ReturnType<typeof useOptions>,
  t: (key: string) => string,
): string | number | null {
  const held = row[column.name]
  if (typeof held === 'number') return held
  if (Array.isArray(held) && column.as === 'count') return held.length
  if (column.as === 'time') return typeof held === 'string' ? held : null
  const text = cellText(column, row, options, t)
  return text === NONE ? null : text
}
