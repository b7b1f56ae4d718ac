// How uPlot is told what to draw.
import type { MutableRef } from 'preact/hooks'
import uPlot from 'uplot'
import { zone } from '../shell/time.ts'
import type { ChartDot, ChartProps, ChartSeries, Pointed } from './chart.tsx'
import { resolveColour } from './colour.ts'
import { dayText, timeText, valueText } from './format.ts'

export interface PlotShape {
  readonly unit: string
  readonly height: number
  readonly stack: boolean
  readonly scale: 'linear' | 'log'
  readonly sync: string | undefined
  readonly zooms: boolean
  readonly series: readonly Omit<ChartSeries, 'values'>[]
}

interface Tell {
  point(pointed: Pointed): void
  zoom(from: number, to: number): void
}

/** How near the pointer must be to a dot, pixels. */
const NEAR = 12
const AXIS_FONT = '11px ui-sans-serif, system-ui, sans-serif'
const DAY = 86_400_000
/** Steps of an axis of bytes: 1, 2, 4, 8 and so on, as their units count. */
const BINARY = Array.from({ length: 60 }, (_, i) => 2 ** i)

export function makePlot(host: HTMLElement, shape: PlotShape, latest: MutableRef<ChartProps>, tell: Tell): uPlot {
  const { unit, height, scale, sync } = shape
  const grid = resolveColour('var(--line)')
  const words = resolveColour('var(--faint)')
  const options: uPlot.Options = {
    width: Math.max(40, host.clientWidth),
    height,
    ms: 1,
    padding: [8, 18, 0, 0],
    legend: { show: false },
    tzDate: (ms) => (zone.peek() === 'utc' ? uPlot.tzDate(new Date(ms), 'Etc/UTC') : new Date(ms)),
    cursor: {
      y: false,
      drag: { x: shape.zooms, y: false, setScale: false, dist: 4 },
      points: { size: 7, width: 2, show: shape.series.length > 0 },
      ...(sync !== undefined && { sync: { key: sync, setSeries: false } }),
    },
    scales: {
      x: { time: true, auto: false },
      y: { distr: scale === 'log' ? 3 : 1, range: (_, min, max) => reach(latest.current, scale, min, max) },
    },
    axes: [
      {
        stroke: words,
        font: AXIS_FONT,
        size: 26,
        gap: 6,
        space: 76,
        grid: { show: false },
        ticks: { stroke: grid, width: 1, size: 4 },
        values: (_, splits, __, ___, step) => splits.map((ms) => (ms === null ? '' : tickText(ms, step))),
      },
      {
        stroke: words,
        font: AXIS_FONT,
        size: (self, values) => widest(self, values),
        gap: 8,
        space: 34,
        grid: {
          stroke: grid,
          width: 1,
          ...(scale === 'log' && { filter: (_: uPlot, splits: number[]) => decades(splits) }),
        },
        ticks: { show: false },
        ...(unit.startsWith('By') && { incrs: BINARY }),
        ...(scale === 'log' && { filter: (_, splits) => decades(splits) }),
        values: (_, splits) => splits.map((value) => (value === null ? '' : valueText(value, unit))),
      },
    ],
    series: [{}, ...drawn(shape)],
    hooks: {
      draw: [(self) => drawDots(self, latest.current.dots ?? [])],
      setCursor: [(self) => tell.point(pointedAt(self, latest.current.dots ?? []))],
      setSelect: [
        (self) => {
          const { left, width } = self.select
          if (width < 4) return
          self.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false)
          tell.zoom(self.posToVal(left, 'x'), self.posToVal(left + width, 'x'))
        },
      ],
    },
  }
  return new uPlot(options, plotData(latest.current), host)
}

/** Stacked series are drawn from the highest down, so that each covers the one under it. */
export function plotData({ times, series, stack, dots = [] }: ChartProps): uPlot.AlignedData {
  if (times.length === 0) {
    // uPlot draws nothing, not even axes, without any value.
    const edge = dots.length > 0 ? [dots[0]!.time, dots[dots.length - 1]!.time] : [0, 1]
    return [edge, ...series.map(() => [null, null])]
  }
  if (!stack) return [times as number[], ...series.map(({ values }) => values as (number | null)[])]
  const sums = new Array<number>(times.length).fill(0)
  const stacked = series.map(({ values }) => values.map((value, i) => (sums[i] = sums[i]! + (value ?? 0))))
  return [times as number[], ...stacked.reverse()]
}

function drawn({ series, stack }: PlotShape): uPlot.Series[] {
  const list = series.map(({ label, colour, kind = 'line', dash }): uPlot.Series => {
    const stroke = resolveColour(colour)
    const base: uPlot.Series = {
      label,
      stroke,
      width: 1.75,
      spanGaps: true,
      points: { show: kind === 'points', size: 5 },
    }
    if (kind === 'bars') {
      const paths = uPlot.paths.bars?.({ size: [0.82, 40], align: 1, radius: stack ? 0 : 0.15 })
      return { ...base, paths, fill: faded(stroke, stack ? 1 : 0.85), width: 0 }
    }
    if (kind === 'area') return { ...base, fill: faded(stroke, 0.16) }
    if (kind === 'points') return { ...base, paths: () => null, points: { show: true, size: 5, fill: stroke } }
    return dash ? { ...base, dash: [5, 4], width: 1.25 } : base
  })
  return stack ? list.reverse() : list
}

function reach(
  { dots = [], least = 0 }: ChartProps,
  scale: string,
  min: number | null,
  max: number | null,
): [number, number] {
  let low = min ?? Number.POSITIVE_INFINITY
  let high = max ?? Number.NEGATIVE_INFINITY
  for (const { value } of dots) {
    if (value < low) low = value
    if (value > high) high = value
  }
  if (scale === 'log') {
    if (!(high > 0)) return [1, 1000]
    const floor = Math.max(low, high / 1e9, 1e-4)
    return [10 ** Math.floor(Math.log10(floor * 0.9)), 10 ** (Math.log10(high) + 0.15)]
  }
  high = Math.max(high, least)
  if (!Number.isFinite(high) || high <= 0) return [Math.min(0, Number.isFinite(low) ? low : 0), low < 0 ? 0 : 1]
  return [Math.min(0, low), high * 1.08]
}

const decades = (splits: number[]): (number | null)[] =>
  splits.map((value) => (Math.abs(Math.log10(value) - Math.round(Math.log10(value))) < 1e-6 ? value : null))

function tickText(ms: number, step: number): string {
  const midnight = timeText(ms) === '00:00:00'
  if (step >= DAY || (midnight && step >= 3_600_000)) return dayText(ms).slice(5)
  return step < 60_000 ? timeText(ms) : timeText(ms).slice(0, 5)
}

function widest(self: uPlot, values: (string | null)[] | null): number {
  if (values === null) return 48
  self.ctx.font = AXIS_FONT.replace('11', String(11 * devicePixelRatio))
  const width = Math.max(0, ...values.map((text) => self.ctx.measureText(text ?? '').width))
  return Math.ceil(width / devicePixelRatio) + 14
}

function drawDots(self: uPlot, dots: readonly ChartDot[]): void {
  if (dots.length === 0) return
  const { ctx, bbox } = self
  const ratio = devicePixelRatio
  const colours = new Map<string, string>()
  ctx.save()
  ctx.beginPath()
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height)
  ctx.clip()
  for (const marked of [false, true]) {
    for (const dot of dots) {
      if ((dot.marked ?? false) !== marked) continue
      const x = self.valToPos(dot.time, 'x', true)
      const y = self.valToPos(dot.value, 'y', true)
      if (!Number.isFinite(x) || !Number.isFinite(y)) continue
      let colour = colours.get(dot.colour)
      if (colour === undefined) colours.set(dot.colour, (colour = resolveColour(dot.colour)))
      ctx.fillStyle = faded(colour, marked ? 0.95 : 0.6)
      ctx.beginPath()
      const r = (marked ? 4.6 : 3.2) * ratio
      if (marked) {
        ctx.moveTo(x, y - r)
        ctx.lineTo(x + r, y)
        ctx.lineTo(x, y + r)
        ctx.lineTo(x - r, y)
      } else ctx.arc(x, y, r, 0, Math.PI * 2)
      ctx.fill()
    }
  }
  ctx.restore()
}

export function pointedAt(self: uPlot, dots: readonly ChartDot[]): Pointed {
  const { left = -1, top = -1, idx } = self.cursor
  if (left < 0) return { index: null, dot: null, left: 0, top: 0 }
  let dot: ChartDot | null = null
  let nearest = NEAR
  for (const one of dots) {
    const away = Math.hypot(self.valToPos(one.time, 'x') - left, self.valToPos(one.value, 'y') - top)
    if (away < nearest || (away <= nearest && one.marked)) {
      nearest = away
      dot = one
    }
  }
  self.over.style.cursor = dot?.open === undefined ? '' : 'pointer'
  const shift = { left: left + self.over.offsetLeft, top: top + self.over.offsetTop }
  return { index: idx ?? null, dot, ...shift }
}

/** `rgb(…)` with less of it. */
function faded(colour: string, share: number): string {
  return `color-mix(in srgb, ${colour} ${share * 100}%, transparent)`
}
