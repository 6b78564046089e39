import { minuteOf, timeOf } from '@/ui/format'
import { frame, type ChartOption, type Palette } from '@/ui/chart'
import type { Trend } from '@/realtime/trend'

interface Names {
  waiting: string
  talking: string
  answered: string
  abandoned: string
}

const QUARTER_MS = 15 * 60_000

/** Top of an axis of counts, so that an empty chart has a scale too. */
const atLeast = ({ max }: { max: number }): number => Math.max(4, max)

/** Waiting and talking over the last quarter of an hour; the axis is always as long. */
export function loadOption(trend: Trend, now: number, names: Names, colours: Palette): ChartOption {
  const base = frame(colours)
  const line = (name: string, colour: string | undefined, values: [number, number][]) => ({
    type: 'line' as const,
    name,
    step: 'end' as const,
    showSymbol: false,
    lineStyle: { width: 2 },
    itemStyle: { color: colour },
    areaStyle: { opacity: 0.12 },
    data: values,
  })
  return {
    ...base,
    xAxis: {
      ...base.xAxis,
      type: 'time',
      min: now - QUARTER_MS,
      max: now,
      minInterval: 3 * 60_000,
      axisLabel: { color: colours.text, fontSize: 11, formatter: (at: number) => minuteOf(at) },
      axisPointer: { label: { formatter: ({ value }) => timeOf(new Date(Number(value))) } },
    },
    yAxis: { ...base.yAxis, type: 'value', minInterval: 1, min: 0, max: atLeast },
    series: [
      line(names.talking, colours.series[0], trend.moments.map((one) => [one.at, one.talking])),
      line(names.waiting, colours.series[2], trend.moments.map((one) => [one.at, one.waiting])),
    ],
  } as ChartOption
}

/** Answered and abandoned in each of the last fifteen minutes. */
export function flowOption(trend: Trend, now: number, names: Names, colours: Palette): ChartOption {
  const base = frame(colours)
  const first = Math.floor(now / 60_000) * 60_000 - 14 * 60_000
  const known = new Map(trend.minutes.map((minute) => [minute.start, minute]))
  const starts = Array.from({ length: 15 }, (_, index) => first + index * 60_000)
  const bar = (name: string, colour: string | undefined, key: 'answered' | 'abandoned') => ({
    type: 'bar' as const,
    name,
    stack: 'calls',
    barMaxWidth: 18,
    itemStyle: { color: colour },
    data: starts.map((start) => known.get(start)?.[key] ?? null),
  })
  return {
    ...base,
    xAxis: { ...base.xAxis, type: 'category', data: starts.map(minuteOf) },
    yAxis: { ...base.yAxis, type: 'value', minInterval: 1, min: 0, max: atLeast },
    series: [
      bar(names.answered, colours.series[1], 'answered'),
      bar(names.abandoned, colours.series[3], 'abandoned'),
    ],
  } as ChartOption
}
