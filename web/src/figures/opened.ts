/** A number that was clicked: the count behind it, of one row or all, in the day or a part. */
export interface Opened {
  /** What it is, in words. */
  title: string
  /** Name of the count that the calls add to. */
  measure: string
  key: string | null
  /** A part of the day; the whole of it when left out. */
  span?: { from: string; to: string }
}
