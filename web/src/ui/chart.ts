import type { BarSeriesOption, LineSeriesOption } from 'echarts/charts'
import type {
  GridComponentOption,
  LegendComponentOption,
  TooltipComponentOption,
} from 'echarts/components'
import type { ComposeOption } from 'echarts/core'

export type ChartOption = ComposeOption<
  | BarSeriesOption
  | LineSeriesOption
  | GridComponentOption
  | LegendComponentOption
  | TooltipComponentOption
>

/** Colours of a chart, taken from the tokens in force where it is drawn. */
export interface Palette {
  series: string[]
  text: string
  line: string
  surface: string
  font: string
}

/** The palette inside `element`: charts are drawn on canvas, which knows no CSS variables. */
export function palette(element: Element = document.documentElement): Palette {
  const style = getComputedStyle(element)
  const token = (name: string): string => style.getPropertyValue(name).trim()
  return {
    series: [1, 2, 3, 4, 5].map((n) => token(`--os-chart-${n}`)),
    text: token('--os-text-2'),
    line: token('--os-line'),
    surface: token('--os-surface'),
    font: token('--os-font'),
  }
}

/** What all charts share: no animation (nothing jumps), quiet axes, a tooltip without HTML. */
export function frame(colours: Palette): ChartOption {
  const axis = {
    axisLine: { lineStyle: { color: colours.line } },
    axisTick: { show: false },
    axisLabel: { color: colours.text, fontSize: 11 },
    splitLine: { lineStyle: { color: colours.line } },
  }
  return {
    animation: false,
    color: colours.series,
    textStyle: { fontFamily: colours.font },
    grid: { left: 8, right: 12, top: 34, bottom: 4, containLabel: true },
    legend: {
      top: 2,
      left: 4,
      itemWidth: 12,
      itemHeight: 8,
      itemGap: 16,
      textStyle: { color: colours.text, fontSize: 12 },
    },
    tooltip: {
      trigger: 'axis',
      renderMode: 'richText', // HTML tooltips carry style attributes, which the policy forbids.
      backgroundColor: colours.surface,
      borderColor: colours.line,
      textStyle: { color: colours.text, fontSize: 12 },
    },
    xAxis: { ...axis, splitLine: { show: false } },
    yAxis: axis,
  } as ChartOption
}
