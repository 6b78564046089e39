import { describe, expect, test } from 'vitest'
import { csv } from '@/ui/csv'
import {
  clock,
  dateIn,
  meanSpan,
  money,
  NONE,
  percent,
  ratio,
  timeIn,
  wallClock,
} from '@/ui/format'
import { sorted, tableCells, type Column } from '@/ui/table'

describe('spans and shares', () => {
  test.each([
    [0, '0:00'],
    [59.9, '0:59'],
    [60, '1:00'],
    [3600, '1:00:00'],
    [36_061, '10:01:01'],
    [-3, '0:00'],
  ])('%s seconds are %s', (seconds, shown) => {
    expect(clock(seconds)).toBe(shown)
  })

  test('what is undefined is a dash, never nought', () => {
    for (const nothing of [null, undefined, NaN]) {
      expect(clock(nothing)).toBe(NONE)
      expect(percent(nothing)).toBe(NONE)
      expect(meanSpan(nothing)).toBe(NONE)
    }
    expect(percent(ratio(0, 0))).toBe(NONE)
    expect(percent(ratio(0, 4))).toBe('0.0%')
  })

  test('a mean does not round up to sixty seconds', () => {
    expect(meanSpan(59.94)).toBe('59.9 s')
    expect(meanSpan(59.96)).toBe('1:00')
  })

  test('an interval is named by the clock of its own place', () => {
    expect(wallClock('2026-11-22T08:30:00+08:00')).toBe('08:30')
  })
})

describe('days of a place', () => {
  test.each([
    ['Asia/Shanghai', '2026-11-22'],
    ['America/New_York', '2026-11-21'],
    ['Pacific/Kiritimati', '2026-11-22'],
    ['UTC', '2026-11-21'],
  ])('what day it is in %s', (zone, day) => {
    expect(dateIn(zone, new Date('2026-11-21T16:30:00Z'))).toBe(day)
  })

  test('the hour that a clock put back shows twice is one day', () => {
    for (const at of ['2026-10-25T00:30:00Z', '2026-10-25T01:30:00Z']) {
      expect(timeIn('Europe/Berlin', new Date(at))).toBe('02:30:00')
      expect(dateIn('Europe/Berlin', new Date(at))).toBe('2026-10-25')
    }
  })

  test('the last moment of a day of 25 hours still belongs to it', () => {
    expect(dateIn('Europe/Berlin', new Date('2026-10-24T22:00:00Z'))).toBe('2026-10-25')
    expect(dateIn('Europe/Berlin', new Date('2026-10-25T22:59:59Z'))).toBe('2026-10-25')
    expect(dateIn('Europe/Berlin', new Date('2026-10-25T23:00:00Z'))).toBe('2026-10-26')
  })
})

describe('money', () => {
  test.each([
    ['0.6500', '¥0.65'],
    ['0.8625', '¥0.8625'],
    ['0.0000', '¥0.00'],
    ['12', '¥12'],
    ['-3.10', '-¥3.10'],
    ['100.000', '¥100.00'],
    ['0.105', '¥0.105'],
  ])('%s is shown as %s, exactly', (amount, shown) => {
    expect(money(amount)).toBe(shown)
  })

  test('a currency without a sign is named', () => {
    expect(money('1.00', 'HKD')).toBe('HKD 1.00')
    expect(money(null)).toBe(NONE)
  })
})

describe('CSV', () => {
  test('begins with the mark that makes Excel read Chinese', () => {
    expect(csv(['队列'], [['售后']])).toBe('\uFEFF队列\r\n售后\r\n')
  })

  test('quotes what would end a cell or a line', () => {
    expect(csv(['a'], [['x,"y"\nz']])).toBe('\uFEFFa\r\n"x,""y""\nz"\r\n')
  })

  test.each(['=1+1', '+8613800138000', '-x', '@SUM(A1)'])('%s is no formula', (text) => {
    expect(csv(['a'], [[text]])).toBe(`\uFEFFa\r\n"\t${text}"\r\n`)
  })

  test('numbers stay numbers, nothing stays empty', () => {
    expect(csv(['a', 'b', 'c'], [[-1.5, null, undefined]])).toBe('\uFEFFa,b,c\r\n-1.5,,\r\n')
  })
})

describe('tables', () => {
  interface Row {
    name: string
    wait: number | null
  }
  const columns: Column<Row>[] = [
    { key: 'name', label: 'Name', value: (row) => row.name },
    { key: 'wait', label: 'Wait', value: (row) => row.wait, exported: (row) => clock(row.wait) },
    { key: 'icon', label: '' },
  ]
  const rows: Row[] = [
    { name: 'b10', wait: 5 },
    { name: 'b9', wait: null },
    { name: 'a', wait: 60 },
  ]
  const names = (key: string, descending: boolean): string[] =>
    sorted(rows, columns, { key, descending }).map((row) => row.name)

  test('sort numbers inside names by size', () => {
    expect(names('name', false)).toEqual(['a', 'b9', 'b10'])
  })

  test('keep undefined values last in both directions', () => {
    expect(names('wait', false)).toEqual(['b10', 'a', 'b9'])
    expect(names('wait', true)).toEqual(['a', 'b10', 'b9'])
  })

  test('keep their order when a column cannot be sorted by', () => {
    expect(names('icon', true)).toEqual(['b10', 'b9', 'a'])
  })

  test('export what people read, without columns of signs', () => {
    expect(tableCells(rows.slice(0, 1), columns)).toEqual({
      header: ['Name', 'Wait'],
      cells: [['b10', '0:05']],
    })
  })
})
