/** Tables as CSV that Excel opens rightly: BOM for Chinese, CRLF, no cell taken for a formula. */

export type Cell = string | number | null | undefined

const FORMULA = /^[=+\-@\t\r]/

function cell(value: Cell): string {
  if (value === null || value === undefined) return ''
  if (typeof value === 'number') return Number.isFinite(value) ? String(value) : ''
  // A tab before the text keeps +86… a telephone number and =… plain text; Excel does not show it.
  const safe = FORMULA.test(value) ? `\t${value}` : value
  return /[",\r\n\t]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}

/** The text of a table with its header row. */
export function csv(header: readonly string[], rows: Iterable<readonly Cell[]>): string {
  const lines = [header.map(cell).join(',')]
  for (const row of rows) lines.push(row.map(cell).join(','))
  return `\uFEFF${lines.join('\r\n')}\r\n`
}

/** Hand a text to the browser as a file to keep. */
export function download(name: string, text: string, type = 'text/csv;charset=utf-8'): void {
  keep(name, new Blob([text], { type }))
}

/** Hand a file to the browser to keep. */
export function keep(name: string, file: Blob): void {
  const link = document.createElement('a')
  link.href = URL.createObjectURL(file)
  link.download = name
  link.click()
  // The browser has taken the blob once the click was handled; free it afterwards.
  window.setTimeout(() => URL.revokeObjectURL(link.href), 1000)
}
