import type { Schemas } from '@/api/schemas'

export type Tile = Schemas['Tile']
export type WallPage = Schemas['WallPage']

/** The grid of a page, as the server checks it. */
export const COLUMNS = 12
export const ROWS = 8

type Place = Pick<Tile, 'x' | 'y' | 'w' | 'h'>

const apart = (a: Place, b: Place): boolean =>
  a.x + a.w <= b.x || b.x + b.w <= a.x || a.y + a.h <= b.y || b.y + b.h <= a.y

/** Whether a place lies on the grid and over no other tile. */
export function free(place: Place, others: readonly Place[]): boolean {
  const inside =
    place.x >= 0 && place.y >= 0 && place.w >= 1 && place.h >= 1 &&
    place.x + place.w <= COLUMNS && place.y + place.h <= ROWS
  return inside && others.every((other) => apart(place, other))
}

/** The first place of a size that is free, row by row; null when there is none. */
export function firstFree(w: number, h: number, others: readonly Place[]): Place | null {
  for (let y = 0; y + h <= ROWS; y += 1) {
    for (let x = 0; x + w <= COLUMNS; x += 1) {
      const place = { x, y, w, h }
      if (free(place, others)) return place
    }
  }
  return null
}

/** A tile moved or resized, or as it was where that does not fit. */
export function shifted(tiles: readonly Tile[], index: number, change: Partial<Place>): Tile[] {
  const tile = tiles[index]
  if (!tile) return [...tiles]
  const next = { ...tile, ...change }
  const others = tiles.filter((_, at) => at !== index)
  return free(next, others) ? tiles.map((one, at) => (at === index ? next : one)) : [...tiles]
}
