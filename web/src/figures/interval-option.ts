import { frame, type ChartOption, type Palette } from '@/ui/chart'
import { percent, wallClock } from '@/ui/format'
import type { IntervalSum } from './kpis'

interface Names {
  answered: string
  abandoned: string
  shortAbandoned: string
  overflowed: string
  serviceLevel: string
}

/** Calls of each interval as stacked bars, the service level as a line on its own axis. */
export function intervalOption(
  intervals: readonly IntervalSum[],
  names: Names,
  colours: Palette,
): ChartOption {
  const base = frame(colours)
  const bar = (
    name: string,
    colour: string | undefined,
    key: 'answered' | 'abandoned' | 'shortAbandoned' | 'overflowed',
  ) => ({
    type: 'bar' as const,
    name,
    stack: 'calls',
    barMaxWidth: 26,
    cursor: 'pointer',
    itemStyle: { color: colour },
    data: intervals.map((one) => one[key]),
  })
  const percentAxis = {
    ...base.yAxis,
    type: 'value',
    min: 0,
    max: 1,
    splitLine: { show: false },
    axisLabel: { color: colours.text, fontSize: 11, formatter: (share: number) => `${share * 100}%` },
  }
  return {
    ...base,
    xAxis: { ...base.xAxis, type: 'category', data: intervals.map((one) => wallClock(one.start)) },
    yAxis: [{ ...base.yAxis, type: 'value', minInterval: 1, min: 0 }, percentAxis],
    series: [
      bar(names.answered, colours.series[1], 'answered'),
      bar(names.overflowed, colours.series[2], 'overflowed'),
      bar(names.abandoned, colours.series[3], 'abandoned'),
      bar(names.shortAbandoned, colours.text, 'shortAbandoned'),
      {
        type: 'line',
        name: names.serviceLevel,
        yAxisIndex: 1,
        symbolSize: 5,
        itemStyle: { color: colours.series[0] },
        data: intervals.map((one) => one.serviceLevel),
        tooltip: { valueFormatter: (value: unknown) => percent(value as number | null) },
      },
    ],
  } as ChartOption
}
