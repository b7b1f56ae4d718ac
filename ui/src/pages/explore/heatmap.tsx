// A histogram over time: each column a moment, each row a bucket, the darker the more. Diamonds are single measurements.
import { useLayoutEffect, useRef, useState } from 'preact/hooks'
import type { ChartExemplar, MetricChart } from '../../../../src/store/answers.ts'
import { countText, plural, timeText, valueText } from '../../parts/format.ts'
import { href } from '../../shell/place.ts'
import { range } from '../../shell/time.ts'
import { inSteps } from '../logs/question.ts'

const SHADES = 8
const LEFT = 64
const BOTTOM = 26
const HEIGHT = 320

interface HeatmapProps {
  readonly chart: MetricChart
  readonly exemplars: readonly ChartExemplar[]
}

export function Heatmap({ chart, exemplars }: HeatmapProps) {
  const frame = useRef<HTMLDivElement>(null)
  const [width, setWidth] = useState(800)
  const [at, setAt] = useState<{ moment: number; row: number } | null>(null)
  useLayoutEffect(() => {
    const element = frame.current
    if (element === null) return
    const sizes = new ResizeObserver(() => setWidth(Math.max(160, element.clientWidth)))
    sizes.observe(element)
    return () => sizes.disconnect()
  }, [])
  const { floor, bounds, cells } = cut(chart.heatmap!)
  const rows = cells[0]?.length ?? 1
  const { from, to } = range.value
  const most = Math.max(1e-9, ...cells.map((cell) => Math.max(...cell)))
  const x = (time: number): number => LEFT + ((time - from) / (to - from)) * (width - LEFT - 8)
  const tall = (HEIGHT - BOTTOM - 8) / rows
  const y = (row: number): number => HEIGHT - BOTTOM - row * tall
  const shades = Array.from({ length: SHADES }, () => '')
  cells.forEach((cell, moment) => {
    const left = Math.max(LEFT, x(chart.times_ms[moment]!))
    const wide = Math.min(width - 8, x(chart.times_ms[moment]! + chart.step_ms)) - left
    if (wide <= 0) return
    cell.forEach((count, row) => {
      if (count <= 0) return
      const shade = Math.min(SHADES - 1, Math.floor(Math.sqrt(count / most) * SHADES))
      shades[shade] +=
        `M${left.toFixed(1)} ${y(row + 1).toFixed(1)}h${Math.max(1, wide - 1).toFixed(1)}v${(tall - 1).toFixed(1)}h-${Math.max(1, wide - 1).toFixed(1)}z`
    })
  })
  const every = Math.ceil(rows / 12)
  const steps = inSteps(from, to, Math.max(3, Math.floor(width / 110)))
  const between = (steps.to - steps.from) / steps.moments
  const ticks = Array.from({ length: steps.moments }, (_, i) => steps.from + i * between).filter(
    (time) => x(time) >= LEFT + 20,
  )
  const point = (event: PointerEvent): void => {
    const box = frame.current!.getBoundingClientRect()
    const time = from + ((event.clientX - box.left - LEFT) / (width - LEFT - 8)) * (to - from)
    const moment = Math.floor((time - chart.from_ms) / chart.step_ms)
    const row = Math.floor((HEIGHT - BOTTOM - (event.clientY - box.top)) / tall)
    setAt(cells[moment] !== undefined && row >= 0 && row < rows ? { moment, row } : null)
  }
  const rangeText = (row: number): string => {
    const [low, high] = [row === 0 ? floor : bounds[row - 1], bounds[row]]
    if (high === undefined) return `above ${valueText(low, chart.unit)}`
    return `${low === undefined ? 'up' : valueText(low, chart.unit)} to ${valueText(high, chart.unit)}`
  }
  const total = cells.reduce((sum, cell) => sum + cell.reduce((all, n) => all + n, 0), 0)
  return (
    <div ref={frame} class="explore-heatmap" onPointerMove={point} onPointerLeave={() => setAt(null)}>
      <svg
        width={width}
        height={HEIGHT}
        role="group"
        aria-label={`Heatmap of ${chart.name}: ${countText(Math.round(total))} measurements in ${plural(rows, 'bucket')} over time`}
      >
        {shades.map(
          (path, i) =>
            path !== '' && (
              <path
                key={String(i)}
                class="explore-cell"
                style={{ '--much': `${12 + (88 * (i + 1)) / SHADES}%` }}
                d={path}
              />
            ),
        )}
        {bounds.map((bound, i) =>
          (rows - 1 - i) % every === 0 ? (
            <text key={bound} class="explore-axis" x={LEFT - 8} y={y(i + 1) + 4} text-anchor="end">
              {valueText(bound, chart.unit)}
            </text>
          ) : null,
        )}
        {ticks.map((time) => (
          <text key={time} class="explore-axis" x={x(time)} y={HEIGHT - 8} text-anchor="middle">
            {timeText(time)}
          </text>
        ))}
        {highest(exemplars, chart, bounds, floor)
          .filter(({ time_ms }) => time_ms >= from && time_ms <= to)
          .map((one) => {
            const [cx, cy] = [x(one.time_ms), y(rowOf(bounds, one.value, floor))]
            return (
              <a
                key={`${one.trace_id}${one.span_id}${one.time_ms}`}
                class="explore-dot"
                href={href(`/traces/${one.trace_id}`, { span: one.span_id })}
                tabIndex={-1}
                aria-label={`${valueText(one.value, chart.unit)} at ${timeText(one.time_ms)}, open the trace`}
              >
                <title>{`${valueText(one.value, chart.unit)} at ${timeText(one.time_ms)}: open the trace`}</title>
                <path d={`M${cx} ${cy - 5}l5 5-5 5-5-5z`} />
              </a>
            )
          })}
      </svg>
      {at !== null && (
        <p
          class="explore-tip"
          style={{
            left: `${Math.min(x(chart.times_ms[at.moment]!), width - 210)}px`,
            top: `${Math.max(0, y(at.row + 1) - 44)}px`,
          }}
        >
          <b class="num">{countText(Math.round(cells[at.moment]![at.row]! * 10) / 10)}</b> {rangeText(at.row)}
          <br />
          <span class="explore-dim">{timeText(chart.times_ms[at.moment]!)}</span>
        </p>
      )}
    </div>
  )
}

/** One of each cell. */
function highest(
  exemplars: readonly ChartExemplar[],
  chart: MetricChart,
  bounds: readonly number[],
  floor?: number,
): ChartExemplar[] {
  const best = new Map<string, ChartExemplar>()
  for (const one of exemplars) {
    const cell = `${Math.floor((one.time_ms - chart.from_ms) / chart.step_ms)} ${Math.floor(rowOf(bounds, one.value, floor))}`
    const held = best.get(cell)
    if (held === undefined || one.value > held.value) best.set(cell, one)
  }
  return [...best.values()]
}

/** Where in the rows a value stands, linear inside its bucket. */
function rowOf(bounds: readonly number[], value: number, floor = 0): number {
  const row = bounds.findIndex((bound) => value <= bound)
  if (row < 0) return bounds.length + 0.5
  const [low, high] = [bounds[row - 1] ?? floor, bounds[row]!]
  return row + (high > low ? Math.max(0, value - low) / (high - low) : 0.5)
}

/** Without the buckets at either end in which nothing ever was. */
function cut({ bounds, cells }: NonNullable<MetricChart['heatmap']>): {
  /** Where the first row begins. */
  floor: number | undefined
  bounds: number[]
  cells: number[][]
} {
  const used = (row: number): boolean => cells.some((cell) => cell[row]! > 0)
  let first = 0
  let last = bounds.length
  while (first < last && !used(first)) first++
  while (last > first && !used(last)) last--
  return {
    floor: bounds[first - 1],
    bounds: bounds.slice(first, last + 1),
    cells: cells.map((cell) => cell.slice(first, last + 1)),
  }
}
