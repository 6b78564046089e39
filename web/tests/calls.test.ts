import { afterEach, describe, expect, test } from 'vitest'
import { apiQuery, noFilters, readFilters, writeFilters } from '@/calls/filters'
import { bars, beganAt, pauses, stretches } from '@/calls/player'
import { line, type Names } from '@/calls/timeline'
import type { CallEvent } from '@/calls/types'
import { byInterval, trimmed, valueOf } from '@/figures/kpis'
import type { FigureRow, Figures } from '@/figures/types'
import { setLanguage } from '@/i18n'

const START = Date.parse('2026-11-22T08:00:00Z')
const event = (seconds: number, type: string, data: object = {}): CallEvent => ({
  seq: seconds,
  at: new Date(START + seconds * 1000).toISOString(),
  type,
  data: data as Record<string, unknown>,
})
const names: Names = {
  agent: (id) => (id ? `工号${id}` : ''),
  queue: (id) => `Q-${id}`,
  client: (id) => id,
  project: (id) => id,
  flow: (id) => id,
}

describe('the events of a call in words', () => {
  afterEach(() => setLanguage('zh-CN'))

  test('name people and queues, and write spans as clocks', () => {
    const left = event(1, 'queue.left', {
      queue_id: '1',
      outcome: 'answered',
      wait_ms: 65_000,
      agent_id: '7',
    })
    expect(line(left, names).words).toBe('由工号7接听，在队列“Q-1”等待 1:05')
    setLanguage('en')
    expect(line(left, names).words).toBe('Answered by 工号7 after waiting 1:05 in “Q-1”')
  })

  test('say different things by what happened', () => {
    const offer = (result: string): string =>
      line(event(1, 'offer.ended', { agent_id: '7', result, ring_ms: 20_000 }), names).words
    expect(offer('timed_out')).toBe('工号7未接，振铃 0:20 后收回')
    expect(offer('refused')).toBe('工号7拒接，振铃 0:20')
    expect(line(event(1, 'segment.disposed', { agent_id: '7', code: 'resolved', notes: '好' }), names).words)
      .toBe('工号7填写话后小结：已解决 好')
  })

  test('tell technical events apart, and name an event that is newer than this page', () => {
    expect(line(event(1, 'leg.ended', { cause: 16 }), names).technical).toBe(true)
    expect(line(event(1, 'call.teleported'), names).words).toBe('call.teleported')
  })

  test('abandoning is bad, answering is good', () => {
    expect(line(event(1, 'queue.left', { outcome: 'abandoned' }), names).tone).toBe('bad')
    expect(line(event(1, 'queue.left', { outcome: 'answered' }), names).tone).toBe('good')
  })
})

describe('the recording player', () => {
  const events = [
    event(10, 'recording.started', { recording_id: 'r' }),
    event(12, 'segment.started', { segment_id: 's1', agent_id: 'a1' }),
    event(20, 'recording.paused', { recording_id: 'r' }),
    event(25, 'recording.resumed', { recording_id: 'r' }),
    event(40, 'segment.ended', { segment_id: 's1', agent_id: 'a1' }),
    event(45, 'segment.started', { segment_id: 's2', agent_id: 'a2' }),
    event(50, 'recording.paused', { recording_id: 'other' }),
  ]
  const began = beganAt(events, 'r')!

  test("marks each agent's stretch; one that still runs lasts to the end", () => {
    expect(stretches(events, began, 60)).toEqual([
      { segmentId: 's1', agentId: 'a1', from: 2, to: 30 },
      { segmentId: 's2', agentId: 'a2', from: 35, to: 60 },
    ])
  })

  test('marks only its own pauses', () => {
    expect(pauses(events, 'r', began, 60)).toEqual([{ from: 10, to: 15 }])
  })

  test('a stretch outside of the recording is left out', () => {
    expect(stretches(events, began, 1)).toEqual([])
  })

  test('bars keep the loudest of what falls into each', () => {
    expect(bars([0.1, 0.9, 0.2, 0.3], 2)).toEqual([0.9, 0.3])
    expect(bars([0.5], 3)).toEqual([0.5, 0.5, 0.5])
    expect(bars([], 3)).toEqual([])
    expect(bars([1], 0)).toEqual([])
  })
})

describe('filters of the history', () => {
  test('survive the way through an address', () => {
    const filters = {
      ...noFilters('2026-11-22'),
      first: '2026-11-20',
      outcome: 'abandoned',
      number: '138',
    }
    expect(readFilters(writeFilters(filters))).toEqual(filters)
  })

  test('do not take nonsense from an address', () => {
    const today = noFilters().first
    expect(readFilters({ first: 'yesterday', last: ['x'], queue: ['a', 'b'] })).toEqual(noFilters())
    expect(readFilters({ first: today, last: '2001-01-01' }).last).toBe(today)
  })

  test('ask the API for days of the projects’ calendar', () => {
    const query = apiQuery({ ...noFilters('2026-11-22'), number: ' 138 ' })
    expect(query.number).toBe('138')
    expect([query.first_day, query.last_day]).toEqual(['2026-11-22', '2026-11-22'])
  })
})

describe('figures', () => {
  const row = (key: string, start: string, counts: Record<string, number>): FigureRow => ({
    key,
    name: key,
    start,
    counts,
    kpis: { abandon_rate: null },
  })
  const at = (hour: string): string => `2026-11-22T${hour}:00+08:00`
  const figures: Figures = {
    time_zone: 'Asia/Shanghai',
    start: at('00:00'),
    end: '2026-11-23T00:00:00+08:00',
    starts: ['08:00', '08:30', '09:00', '09:30'].map(at),
    items: [
      row('a', at('08:30'), { offered: 10, answered: 8, abandoned: 2, within_target: 6 }),
      row('b', at('08:30'), { offered: 10, answered: 10, within_target: 10 }),
      row('a', at('09:00'), { offered: 4, answered: 3, short_abandoned: 1, within_target: 3 }),
    ],
    totals: [],
  }

  test('add up by interval; shares are made from the sums', () => {
    const all = byInterval(figures, null)
    expect(all.map((one) => one.offered)).toEqual([0, 20, 4, 0])
    expect(all[1]!.serviceLevel).toBe(0.8)
    expect(all[0]!.serviceLevel).toBeNull()
    expect([all[2]!.abandoned, all[2]!.shortAbandoned]).toEqual([0, 1])
    expect(byInterval(figures, 'b')[1]!.serviceLevel).toBe(1)
  })

  test('empty intervals are cut off at the ends only', () => {
    expect(trimmed(byInterval(figures, null)).length).toBe(2)
    expect(trimmed(byInterval(figures, 'nobody'))).toEqual([])
  })

  test('an undefined KPI is not looked for among the counts', () => {
    const one = row('a', at('08:00'), { abandon_rate: 5, offered: 3 })
    expect(valueOf({ key: 'abandon_rate' }, one)).toBeNull()
    expect(valueOf({ key: 'offered' }, one)).toBe(3)
    expect(valueOf({ key: 'unheard_of' }, one)).toBeNull()
  })
})
