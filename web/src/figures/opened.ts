/** A half-open stretch of time. */
export interface Span {
  from: string
  to: string
}

/** A number that was clicked: the count behind it, of one row or all, in the day or a part. */
export interface Opened {
  /** What it is, in words. */
  title: string
  /** Name of the count that the calls add to. */
  measure: string
  key: string | null
  /** The day or the part of it, as instants. */
  span: Span
}
