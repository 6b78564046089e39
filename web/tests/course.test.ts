import { expect, test } from 'vitest'
import { broken, gathered, midnightIn, parts, type Point } from '@/floor/course'

const START = Date.UTC(2026, 4, 5, 2, 0)
const point = (minute: number, more: Partial<Point> = {}): Point => ({
  at: new Date(START + minute * 60_000).toISOString(),
  waiting: 0,
  offered: 0,
  answered: 0,
  abandoned: 0,
  service_level: null,
  occupancy: null,
  states: {},
  ...more,
})

test('states are told apart as far as a chart can, and who is signed out is not there', () => {
  expect(parts({ talking: 3, holding: 1, busy: 2, ringing: 1, signed_out: 40 })).toEqual({
    talking: 4, after_call_work: 0, idle: 0, busy: 2, other: 1,
  })
  expect(parts({})).toBeNull()
})

test('bars sum their steps', () => {
  const points = [0, 1, 4, 5, 9, 10].map((n) => point(n, { answered: n + 1, abandoned: 1 }))
  expect(gathered(points, 300_000)).toEqual([
    { at: START, answered: 8, abandoned: 3 },
    { at: START + 300_000, answered: 16, abandoned: 2 },
    { at: START + 600_000, answered: 11, abandoned: 1 },
  ])
})

test('no line goes over what is not known', () => {
  const points = [point(0, { waiting: 1 }), point(1, { waiting: 2 }), point(9, { waiting: 3 })]
  expect(broken(points, 60_000, (one) => one.waiting)).toEqual([
    [START, 1], [START + 60_000, 2], [START + 120_000, null], [START + 540_000, 3],
  ])
})

test('today begins at midnight by the zone of the projects', () => {
  expect(midnightIn('Asia/Shanghai', START)).toBe(Date.UTC(2026, 4, 4, 16, 0))
  expect(midnightIn('UTC', START + 500)).toBe(Date.UTC(2026, 4, 5, 0, 0))
})
