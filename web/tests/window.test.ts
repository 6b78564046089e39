import { describe, expect, test } from 'vitest'
import { endOf } from '@/floor/span'
import { forEach } from '@/floor/several'
import { shownLines } from '@/ui/window'

describe('the lines of a long list that are drawn', () => {
  test('fill the room at every place, and are few', () => {
    for (let top = 0; top <= 500 * 44 - 620; top += 7) {
      const shown = shownLines(500, 36, 8, top, 620)
      expect(shown.to - shown.from).toBeLessThanOrEqual(22)
      expect(shown.from * 44).toBeLessThanOrEqual(top)
      expect(shown.to * 44).toBeGreaterThanOrEqual(Math.min(500 * 44, top + 620))
    }
  })

  test('and those that are not take the same room', () => {
    for (const top of [0, 1000, 5000, 99_999]) {
      const { from, to, before, after } = shownLines(500, 36, 0, top, 620)
      expect(before + (to - from) * 36 + after).toBe(500 * 36)
    }
  })

  test('a list that has shrunk below the place shows nothing out of bounds', () => {
    expect(shownLines(0, 36, 0, 400, 620)).toEqual({ from: 0, to: 0, before: 0, after: 0 })
    const shown = shownLines(3, 36, 0, 4000, 620)
    expect(shown.from).toBeLessThanOrEqual(3)
    expect(shown.to).toBe(3)
  })
})

describe('how long a change holds', () => {
  const noon = new Date(2026, 4, 5, 12, 30).getTime()
  const of = (kind: 'open' | 'minutes' | 'day' | 'time', minutes = 0, time = '') =>
    endOf({ kind, minutes, time }, noon)

  test('until told, minutes, the end of the day', () => {
    expect(of('open')).toBeNull()
    expect(of('minutes', 90)).toEqual(new Date(2026, 4, 5, 14, 0))
    expect(of('day')).toEqual(new Date(2026, 4, 6, 0, 0))
  })

  test('the next time it is that late', () => {
    expect(of('time', 0, '18:15')).toEqual(new Date(2026, 4, 5, 18, 15))
    expect(of('time', 0, '12:30')).toEqual(new Date(2026, 4, 6, 12, 30))
    expect(of('time', 0, '08:00')).toEqual(new Date(2026, 4, 6, 8, 0))
  })
})

test('what is done for several is done for each once, whatever becomes of the others', async () => {
  const seen: string[] = []
  const ids = Array.from({ length: 50 }, (_, n) => `a-${n}`)
  const refused = await forEach(ids, (id) => {
    seen.push(id)
    return id.endsWith('7') ? Promise.reject(new Error(id)) : Promise.resolve()
  })
  expect(seen.sort()).toEqual([...ids].sort())
  expect(refused).toHaveLength(5)
})
