// One metric as it is drawn: lines over time by the values of some keys, on one grid, with the traces that stand behind
// single numbers. What a counter or a histogram grew is spread evenly between its points (increments.ts); gauges hold
// their value until the next point, and end with their last.
import { spanIdHex, traceIdHex } from '../base/ids.ts'
import { attributeOf, type Flat } from '../model/attribute.ts'
import { quantile } from '../model/histogram.ts'
import type { Exemplar, MetricType } from '../model/metric.ts'
import type { ChartExemplar, ChartLine, Facet, MetricChart } from './answers.ts'
import { AttributeTrie } from './attribute-trie.ts'
import { type Condition, holds } from './condition.ts'
import { Grid } from './grid.ts'
import { boundsOf, eachIncrement, Observed } from './increments.ts'
import type { Metric, StoredSeries } from './metrics.ts'
import { plainObject, plainText } from './plain.ts'
import type { Range } from './rates.ts'
import type { Store } from './store.ts'
import { Tally } from './tally.ts'

export const CHARTS = ['value', 'rate', 'increase', 'mean', 'p50', 'p75', 'p90', 'p95', 'p99', 'heatmap'] as const
export type Chart = (typeof CHARTS)[number]
export const AGGREGATES = ['sum', 'mean', 'min', 'max'] as const
export type Aggregate = (typeof AGGREGATES)[number]

export interface ChartQuestion {
  readonly name: string
  readonly service?: string
  readonly where?: readonly Condition[]
  readonly from?: number
  readonly to?: number
  readonly moments?: number
  /** Default: rate of counters, p95 of histograms and summaries, value of what goes up and down. */
  readonly as?: Chart
  /** One line for each distinct set of their values: attributes of the series, or of its resource. */
  readonly by?: readonly string[]
  /** How series of one line become one. Default: mean for gauges, sum for all else. */
  readonly aggregate?: Aggregate
  readonly limit?: number
}

const MOST_EXEMPLARS = 500
const MOST_BOUNDS = 400
const HEATMAP_BOUNDS = 60
const MOST_LABELS = 50

/** What can be drawn of a metric of this type. */
export function chartsOf(type: MetricType): readonly Chart[] {
  if (type === 'histogram' || type === 'exponential') return CHARTS
  if (type === 'summary') return CHARTS.filter((one) => one !== 'heatmap')
  return ['value', 'rate', 'increase']
}

class Line {
  readonly labels: Flat
  readonly series: StoredSeries[] = []
  weight = 0

  constructor(labels: Flat) {
    this.labels = labels
  }
}

/** Undefined when no such metric is held, or when nothing can be drawn of it so. */
export function metricChart(store: Store, tenant: string, question: ChartQuestion): MetricChart | undefined {
  const metrics = [...store.metrics.named(tenant, question.name)]
  const [first] = metrics
  if (first === undefined) return undefined
  const as = question.as ?? usual(first.type)
  const aggregate = question.aggregate ?? (first.type === 'gauge' ? 'mean' : 'sum')
  const by = as === 'heatmap' ? [] : (question.by ?? [])
  const grid = new Grid(rangeOf(store, metrics, question), question.moments ?? 120)
  const wanted = metrics.filter(
    // Another sender may use the name for another kind of number: what cannot be drawn together is not.
    (one) =>
      chartsOf(one.type).includes(as) && (question.service === undefined || one.identity.service === question.service),
  )
  const { lines, matched } = linesOf(wanted, question.where ?? [], by, grid)
  const shown = lines.slice(0, question.limit ?? 20)
  const draw = { grid, as, aggregate, started: store.started }
  return {
    name: first.name,
    type: first.type,
    unit: first.unit,
    description: first.help,
    as,
    aggregate,
    by: [...by],
    from_ms: grid.from,
    to_ms: grid.to,
    step_ms: grid.step,
    times_ms: grid.times,
    matched,
    lines: as === 'heatmap' ? [] : shown.map((line) => drawn(line, draw)),
    left_out: lines.length - shown.length,
    exemplars: exemplarsOf(store, tenant, shown, grid),
    heatmap: as === 'heatmap' ? heatmap(shown, grid, store.started) : null,
    labels: labelsOf(metrics),
  }
}

function usual(type: MetricType): Chart {
  if (type === 'counter') return 'rate'
  return type === 'gauge' || type === 'updown' ? 'value' : 'p95'
}

/** Default: from the first point held to now. */
function rangeOf(store: Store, metrics: readonly Metric[], { from, to = store.now() }: ChartQuestion): Range {
  if (from !== undefined) return { from, to }
  let earliest = to
  for (const metric of metrics)
    for (const { points } of metric.trie.values()) earliest = Math.min(earliest, points.list[0]?.time ?? to)
  return { from: earliest, to }
}

/** The weightiest first: those that grew most, or stand highest. */
function linesOf(
  metrics: readonly Metric[],
  where: readonly Condition[],
  by: readonly string[],
  grid: Grid,
): { lines: Line[]; matched: number } {
  const trie = new AttributeTrie<Line>()
  let matched = 0
  for (const metric of metrics) {
    for (const series of metric.trie.values()) {
      if (where.length > 0 && !holds(where, [series.attributes], metric.identity.attributes)) continue
      matched++
      const weight = weightOf(series, grid)
      if (weight === undefined) continue
      const labels: Flat = []
      for (const key of by)
        labels.push(key, attributeOf(series.attributes, key) ?? attributeOf(metric.identity.attributes, key) ?? null)
      const line = trie.of(labels, () => new Line(labels))
      line.series.push(series)
      line.weight += weight
    }
  }
  const lines = [...trie.values()]
  const texts = new Map(lines.map((line) => [line, JSON.stringify(plainObject(line.labels))]))
  lines.sort((a, b) => b.weight - a.weight || (texts.get(a)! < texts.get(b)! ? -1 : 1))
  return { lines, matched }
}

/** Undefined when no point is in the time of the grid. */
function weightOf({ points: { list }, metric: { type } }: StoredSeries, grid: Grid): number | undefined {
  const last = list[list.length - 1]
  const first = list[0]
  if (first === undefined || last === undefined || last.time < grid.from || first.time >= grid.to) return undefined
  if (type === 'gauge' || type === 'updown') return last.value
  const before = list.find((point) => point.time >= grid.from) ?? last
  return type === 'counter' ? last.value - before.value : last.count - before.count
}

interface Draw {
  readonly grid: Grid
  readonly as: Chart
  readonly aggregate: Aggregate
  readonly started: number
}

function drawn(line: Line, draw: Draw): ChartLine {
  const labels = plainObject(line.labels)
  const { as } = draw
  if (as === 'mean') return { labels, values: means(line, draw) }
  if (as.startsWith('p')) return { labels, values: quantiles(line, draw, Number(as.slice(1)) / 100) }
  return { labels, values: together(line, draw) }
}

/** One number per series and moment, made one per line. */
function together(line: Line, draw: Draw): (number | null)[] {
  const { size } = draw.grid
  const sums = new Float64Array(size)
  const counts = new Uint32Array(size)
  for (const series of line.series) {
    const own = draw.as === 'value' ? heldValues(series, draw) : growth(series, draw)
    for (let i = 0; i < size; i++) {
      const value = own[i]!
      if (Number.isNaN(value)) continue
      if (counts[i]! === 0) sums[i] = value
      else if (draw.aggregate === 'min') sums[i] = Math.min(sums[i]!, value)
      else if (draw.aggregate === 'max') sums[i] = Math.max(sums[i]!, value)
      else sums[i]! += value
      counts[i]!++
    }
  }
  return Array.from(sums, (sum, i) => {
    if (counts[i] === 0) return null
    return finite(draw.aggregate === 'mean' ? sum / counts[i]! : sum)
  })
}

/** The last value of each moment, or its highest or lowest; held until the next point, NaN where nothing is known. */
function heldValues({ points: { list } }: StoredSeries, { grid, aggregate }: Draw): Float64Array {
  const values = new Float64Array(grid.size).fill(Number.NaN)
  const pick = aggregate === 'max' ? Math.max : aggregate === 'min' ? Math.min : undefined
  for (let i = 0; i < list.length; i++) {
    const { time, value } = list[i]!
    if (time >= grid.to) break
    const next = list[i + 1]
    if (next !== undefined && next.time < grid.from) continue
    const end = next === undefined ? time : Math.min(next.time, grid.to)
    if (end < grid.from) continue
    const from = grid.place(Math.max(time, grid.from))
    const held = values[from]!
    values[from] = pick === undefined || Number.isNaN(held) ? value : pick(held, value)
    const to = grid.place(end)
    for (let moment = from + 1; moment <= to; moment++) values[moment] = value
  }
  return values
}

/** `rate` per covered second, or `increase`; NaN where nothing is covered. */
function growth(series: StoredSeries, { grid, as, started }: Draw): Float64Array {
  const values = new Float64Array(grid.size).fill(Number.NaN)
  const covered = new Float64Array(grid.size)
  const { type } = series.metric
  const field = type === 'counter' || type === 'gauge' || type === 'updown' ? 'value' : 'count'
  eachIncrement(series, grid, started, (moment, share, known, base, point) => {
    const held = values[moment]!
    values[moment] = (Number.isNaN(held) ? 0 : held) + share * (point[field] - (base?.[field] ?? 0))
    covered[moment]! += known
  })
  if (as !== 'rate') return values
  // The newest moment has hardly begun: what is known of it would stick out.
  const last = covered.findLastIndex((one) => one > 0)
  if (last > 0 && covered[last]! < grid.step / 2 && covered[last - 1]! > 0) covered[last] = 0
  for (let i = 0; i < values.length; i++) values[i] = covered[i]! > 0 ? (values[i]! * 1000) / covered[i]! : Number.NaN
  return values
}

function means(line: Line, { grid, started }: Draw): (number | null)[] {
  const sums = new Float64Array(grid.size)
  const counts = new Float64Array(grid.size)
  for (const series of line.series) {
    eachIncrement(series, grid, started, (moment, share, _, base, point) => {
      sums[moment]! += share * (point.value - (base?.value ?? 0))
      counts[moment]! += share * (point.count - (base?.count ?? 0))
    })
  }
  return Array.from(sums, (sum, i) => (counts[i]! > 1e-9 ? finite(sum / counts[i]!) : null))
}

function quantiles(line: Line, draw: Draw, q: number): (number | null)[] {
  if (line.series[0]?.metric.type === 'summary') return sentQuantiles(line, draw, q)
  const { grid, started } = draw
  const { bounds, cells } = observed(line.series, grid, started, MOST_BOUNDS)
  return cells.map((counts) => finite(quantile(q, bounds, counts)))
}

/** Quantiles of several senders have no sum: the highest of those that were sent. */
function sentQuantiles(line: Line, { grid }: Draw, q: number): (number | null)[] {
  const values: (number | null)[] = new Array(grid.size).fill(null)
  for (const series of line.series) {
    for (const { time, quantiles: sent } of series.points.list) {
      if (time < grid.from || time >= grid.to || sent === null) continue
      for (let i = 0; i + 1 < sent.length; i += 2) {
        const value = finite(sent[i + 1]!)
        const place = grid.place(time)
        if (sent[i] === q && value !== null) values[place] = Math.max(values[place] ?? value, value)
      }
    }
  }
  return values
}

/** What was observed in each moment; shares that cancel out leave no crumbs below zero. */
function observed(all: readonly StoredSeries[], grid: Grid, started: number, most: number): Observed {
  const sum = new Observed(boundsOf(all, grid, most), grid.size)
  for (const series of all)
    eachIncrement(series, grid, started, (moment, share, _, base, point) => sum.add(moment, share, base, point))
  for (const counts of sum.cells) for (let i = 0; i < counts.length; i++) if (counts[i]! < 1e-9) counts[i] = 0
  return sum
}

function heatmap(lines: readonly Line[], grid: Grid, started: number): MetricChart['heatmap'] {
  const all = lines.flatMap(({ series }) => series)
  const { bounds, cells } = observed(all, grid, started, HEATMAP_BOUNDS)
  return { bounds: Array.from(bounds), cells: cells.map((counts) => Array.from(counts)) }
}

/** Those whose trace is here come before others, newer before older, when there are too many. */
function exemplarsOf(store: Store, tenant: string, lines: readonly Line[], grid: Grid): ChartExemplar[] {
  const found: ChartExemplar[] = []
  lines.forEach(({ series }, line) => {
    for (const { points } of series)
      for (const exemplar of points.exemplars)
        if (exemplar.time >= grid.from && exemplar.time < grid.to && traced(exemplar)) {
          const { t0, t1, t2, t3, s0, s1, time, value } = exemplar
          const held = (store.traces.find(tenant, t0, t1, t2, t3)?.spans.length ?? 0) > 0
          const ids = { trace_id: traceIdHex(t0, t1, t2, t3), span_id: spanIdHex(s0, s1) }
          found.push({ line, time_ms: time, value, ...ids, held })
        }
  })
  found.sort((a, b) => Number(b.held) - Number(a.held) || b.time_ms - a.time_ms)
  return found.slice(0, MOST_EXEMPLARS).sort((a, b) => a.time_ms - b.time_ms)
}

function traced({ t0, t1, t2, t3, value }: Exemplar): boolean {
  return (t0 | t1 | t2 | t3) !== 0 && Number.isFinite(value)
}

function labelsOf(metrics: readonly Metric[]): Facet[] {
  const keys = new Map<string, Tally>()
  const count = (key: string, value: string): void => {
    let tally = keys.get(key)
    if (tally === undefined) {
      if (keys.size >= MOST_LABELS) return
      tally = new Tally()
      keys.set(key, tally)
    }
    tally.add(value)
  }
  for (const { identity, trie } of metrics) {
    for (const { attributes } of trie.values()) {
      for (let i = 0; i < attributes.length; i += 2) count(attributes[i] as string, plainText(attributes[i + 1]!))
      count('service.name', identity.service)
      if (identity.instance !== '') count('service.instance.id', identity.instance)
    }
  }
  return [...keys].map(([key, tally]) => tally.facet(key)).sort((a, b) => (a.key < b.key ? -1 : 1))
}

function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null
}
