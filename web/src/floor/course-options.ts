import { minuteOf, percent, timeOf } from '@/ui/format'
import { frame, type ChartOption, type Palette } from '@/ui/chart'
import { broken, gathered, parts, PARTS, type Part, type Point } from './course'

type Pair = [number, number | null]

/** What a chart of the course is drawn from. */
export interface Course {
  points: readonly Point[]
  step: number
  from: number
  to: number
  /** The floor now; null while the connection is lost. */
  now: { at: number; waiting: number; parts: Record<Part, number> | null } | null
}

const BAR = 5 * 60_000
/** Never a scale of less than four; above, whatever is round. */
const atLeast = ({ max }: { max: number }): number | null => (max < 4 ? 4 : null)
/** The charts stand above each other: one moment has one place in all of them. */
const LEFT = 46

function over(course: Course, to: number, colours: Palette): ChartOption {
  const base = frame(colours)
  return {
    ...base,
    grid: { ...base.grid, left: LEFT, containLabel: false, bottom: 22, right: 16 },
    xAxis: {
      ...base.xAxis,
      type: 'time',
      min: course.from,
      max: to,
      axisLabel: { color: colours.text, fontSize: 11, hideOverlap: true, formatter: (at: number) => minuteOf(at) },
      axisPointer: { label: { formatter: ({ value }: { value: unknown }) => timeOf(new Date(Number(value))) } },
    },
  } as ChartOption
}

const line = (name: string, colour: string | undefined, data: Pair[], more: object = {}) => ({
  type: 'line' as const,
  name,
  showSymbol: false,
  connectNulls: false,
  lineStyle: { width: 2 },
  itemStyle: { color: colour },
  data,
  ...more,
})

/** Waiting, what became of the contacts, and how many the next half hour is expected to bring. */
export function contactsOption(
  course: Course,
  expected: number | null,
  names: Record<'waiting' | 'answered' | 'abandoned' | 'expected', string>,
  colours: Palette,
): ChartOption {
  const waiting: Pair[] = broken(course.points, course.step, (one) => one.waiting)
  if (course.now) waiting.push([course.now.at, course.now.waiting])
  const bars = gathered(course.points, BAR)
  const bar = (name: string, colour: string | undefined, key: 'answered' | 'abandoned') => ({
    type: 'bar' as const,
    name,
    stack: 'contacts',
    barMaxWidth: 14,
    itemStyle: { color: colour },
    data: bars.map((one) => [one.at + BAR / 2, one[key]]),
  })
  const ahead = course.to + 30 * 60_000
  const each = expected === null ? null : expected / 6
  return {
    ...over(course, expected === null ? course.to : ahead, colours),
    yAxis: { ...frame(colours).yAxis, type: 'value', minInterval: 1, min: 0, max: atLeast },
    series: [
      bar(names.answered, colours.series[1], 'answered'),
      bar(names.abandoned, colours.series[3], 'abandoned'),
      line(names.waiting, colours.series[2], waiting, { step: 'end' }),
      ...(each === null
        ? []
        : [
            line(names.expected, colours.series[0], [[course.to, each], [ahead, each]], {
              lineStyle: { width: 2, type: 'dashed' },
            }),
          ]),
    ],
  } as ChartOption
}

/** Service level and occupancy, in per cent. */
export function sharesOption(
  course: Course,
  names: Record<'serviceLevel' | 'occupancy', string>,
  colours: Palette,
): ChartOption {
  const base = frame(colours)
  return {
    ...over(course, course.to, colours),
    tooltip: { ...base.tooltip, valueFormatter: (value: unknown) => percent(value as number | null) },
    yAxis: {
      ...base.yAxis,
      type: 'value',
      min: 0,
      max: 1,
      axisLabel: { color: colours.text, fontSize: 11, formatter: (share: number) => `${Math.round(share * 100)}%` },
    },
    series: [
      line(names.serviceLevel, colours.series[1], broken(course.points, course.step, (one) => one.service_level)),
      line(names.occupancy, colours.series[0], broken(course.points, course.step, (one) => one.occupancy)),
    ],
  } as ChartOption
}

/** Agents by what they do, one above the other. */
export function agentsOption(course: Course, names: Record<Part, string>, colours: Palette): ChartOption {
  const order = [0, 4, 1, 3, 2]
  return {
    ...over(course, course.to, colours),
    yAxis: { ...frame(colours).yAxis, type: 'value', minInterval: 1, min: 0, max: atLeast },
    series: PARTS.map((part, index) => {
      const data: Pair[] = broken(course.points, course.step, (one) => parts(one.states)?.[part] ?? null)
      if (course.now?.parts) data.push([course.now.at, course.now.parts[part]])
      return line(names[part], colours.series[order[index] ?? 0], data, {
        stack: 'agents',
        step: 'end',
        lineStyle: { width: 1 },
        areaStyle: { opacity: 0.35 },
      })
    }),
  } as ChartOption
}
