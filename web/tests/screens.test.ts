import { describe, expect, test } from 'vitest'
import { COLUMNS, ROWS, firstFree, free, shifted, type Tile } from '@/screens/grid'

const tile = (x: number, y: number, w = 3, h = 2): Tile => ({ kind: 'clock', x, y, w, h, text: '' })

describe('the grid of a wallboard', () => {
  test('a tile lies inside and over no other', () => {
    expect(free(tile(0, 0), [])).toBe(true)
    expect(free(tile(COLUMNS - 2, 0), [])).toBe(false)
    expect(free(tile(0, ROWS - 1), [])).toBe(false)
    expect(free(tile(-1, 0), [])).toBe(false)
    expect(free(tile(2, 1), [tile(0, 0)])).toBe(false)
    expect(free(tile(3, 0), [tile(0, 0)])).toBe(true)
  })

  test('a new tile takes the first free place, row by row', () => {
    expect(firstFree(3, 2, [])).toEqual({ x: 0, y: 0, w: 3, h: 2 })
    expect(firstFree(3, 2, [tile(0, 0)])).toEqual({ x: 3, y: 0, w: 3, h: 2 })
    expect(firstFree(12, 2, [tile(0, 0)])).toEqual({ x: 0, y: 2, w: 12, h: 2 })
    expect(firstFree(1, 1, [tile(0, 0, COLUMNS, ROWS)])).toBeNull()
  })

  test('a move that does not fit changes nothing', () => {
    const tiles = [tile(0, 0), tile(3, 0)]
    expect(shifted(tiles, 0, { y: 2 })[0]).toEqual(tile(0, 2))
    expect(shifted(tiles, 0, { x: 1 })).toEqual(tiles)
    expect(shifted(tiles, 1, { w: 9 })[1]).toEqual(tile(3, 0, 9))
    expect(shifted(tiles, 1, { w: 10 })).toEqual(tiles)
    expect(shifted(tiles, 7, { x: 1 })).toEqual(tiles)
  })
})
