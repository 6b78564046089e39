/** How numbers, spans and times look; undefined figures are an en dash, never 0. */

export const NONE = '–'

const two = (value: number): string => String(value).padStart(2, '0')

/** A span as m:ss or h:mm:ss, for timers and durations. */
export function clock(seconds: number | null | undefined): string {
  if (seconds === null || seconds === undefined || !Number.isFinite(seconds)) return NONE
  const whole = Math.max(0, Math.floor(seconds))
  const hours = Math.floor(whole / 3600)
  const minutes = Math.floor((whole % 3600) / 60)
  const rest = two(whole % 60)
  return hours > 0 ? `${hours}:${two(minutes)}:${rest}` : `${minutes}:${rest}`
}

/** A mean span in seconds with one decimal below a minute, else as a clock. */
export function meanSpan(seconds: number | null | undefined): string {
  if (seconds === null || seconds === undefined || !Number.isFinite(seconds)) return NONE
  return seconds < 59.95 ? `${seconds.toFixed(1)} s` : clock(Math.round(seconds))
}

/** A share of 0..1 as a percentage with one decimal. */
export function percent(share: number | null | undefined): string {
  if (share === null || share === undefined || !Number.isFinite(share)) return NONE
  return `${(share * 100).toFixed(1)}%`
}

/** A count with thousands separated. */
export function count(value: number | null | undefined): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return NONE
  return value.toLocaleString('en-US')
}

/** A plain figure with up to two decimals. */
export function plain(value: number | null | undefined): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return NONE
  return value.toLocaleString('en-US', { maximumFractionDigits: 2 })
}

/** A part of a whole, or null when the whole is nothing. */
export function ratio(part: number, whole: number): number | null {
  return whole > 0 ? part / whole : null
}

/** Local date and time, yyyy-mm-dd hh:mm:ss, the same in both languages so that columns line up. */
export function dateTime(value: string | number | null | undefined): string {
  if (value === null || value === undefined || value === '') return NONE
  const at = new Date(value)
  if (Number.isNaN(at.getTime())) return NONE
  return `${dateOf(at)} ${timeOf(at)}`
}

/** Local calendar day, yyyy-mm-dd. */
export function dateOf(at: Date): string {
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`
}

/** Local time of day, hh:mm:ss. */
export function timeOf(at: Date): string {
  return `${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`
}

/** Local time of day, hh:mm, for interval axes. */
export function minuteOf(value: string | number): string {
  const at = new Date(value)
  return `${two(at.getHours())}:${two(at.getMinutes())}`
}

/** Hours and minutes as written in an ISO time: by the clock of the place it is about. */
export function wallClock(iso: string): string {
  return iso.slice(11, 16)
}

/** The calendar day of a moment, yyyy-mm-dd, by the clock of an IANA time zone. */
export function dateIn(zone: string, at: Date): string {
  const parts = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    calendar: 'gregory',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
  }).formatToParts(at)
  const part = (type: string): string => parts.find((one) => one.type === type)?.value ?? ''
  return `${part('year')}-${part('month')}-${part('day')}`
}

/** The time of day of a moment, hh:mm:ss, by the clock of an IANA time zone. */
export function timeIn(zone: string, at: Date): string {
  return at.toLocaleTimeString('en-GB', { timeZone: zone, hourCycle: 'h23' })
}

/** Date and time by the clock of an IANA time zone; as `dateTime` in the browser's own. */
export function dateTimeIn(zone: string, value: string | number | null | undefined): string {
  if (value === null || value === undefined || value === '') return NONE
  const at = new Date(value)
  return Number.isNaN(at.getTime()) ? NONE : `${dateIn(zone, at)} ${timeIn(zone, at)}`
}

/** The browser's own time zone. */
export function ownZone(): string {
  return new Intl.DateTimeFormat().resolvedOptions().timeZone
}

/** Month, day and time of a moment of this year, the full date of another: for tables. */
export function shortTime(value: string | number | null | undefined): string {
  const whole = dateTime(value)
  const year = `${new Date().getFullYear()}-`
  return whole.startsWith(year) ? whole.slice(year.length) : whole
}

/** Money: the exact decimal the server sent, with its currency; never through a float. */
export function money(amount: string | null | undefined, currency = 'CNY'): string {
  if (amount === null || amount === undefined || amount === '') return NONE
  const sign = { CNY: '¥', USD: '$', EUR: '€' }[currency] ?? `${currency} `
  // Noughts after the cents say nothing: 0.6500 is 0.65, while 0.8625 stays.
  const short = amount.replace(/(\.\d\d\d*?)0+$/, '$1')
  return short.startsWith('-') ? `-${sign}${short.slice(1)}` : `${sign}${short}`
}

/** A file's size. */
export function bytes(value: number): string {
  if (value < 1024) return `${value} B`
  if (value < 1024 * 1024) return `${(value / 1024).toFixed(0)} KB`
  return `${(value / 1024 / 1024).toFixed(1)} MB`
}
