// One Metric (metrics.proto) to families: one, since a Metric holds one kind of data. Numbers are doubles: counts and
// integer values are exact to 2^53.
import type { Flat, Scope } from '../../model/attribute.ts'
import { ExponentialSeries } from '../../model/exponential.ts'
import { type Exemplar, Family, type MetricType, Series } from '../../model/metric.ts'
import { SummarySeries } from '../../model/summary.ts'
import type { Decoder } from './decoder.ts'
import { MalformedOtlp, within } from './malformed.ts'
import { NO_RECORDED_VALUE } from './metric.ts'
import { FIXED64, VARINT } from './read.ts'

/** What a data point may hold, of whatever kind; the kinds use different field numbers for the same facts. */
export class Point {
  attributes: Flat = []
  start = 0
  time = 0
  value = Number.NaN
  count = 0
  flags = 0
  buckets: number[] = []
  bounds: number[] = []
  exemplars: Exemplar[] = []
  quantiles: number[] = []
  scale = 0
  zeroCount = 0
  zeroThreshold = 0
  positiveOffset = 0
  positive: number[] = []
  negativeOffset = 0
  negative: number[] = []
  min = Number.NaN
  max = Number.NaN
}

const TYPES: { readonly [field: number]: MetricType } = {
  5: 'gauge',
  7: 'counter',
  9: 'histogram',
  10: 'exponential',
  11: 'summary',
}

/** Empty for a Metric without data, or of a kind that is not known. */
export function readMetric(d: Decoder, scope: Scope): Family[] {
  const outer = d.enter()
  const metric: MetricParts = {
    name: '',
    help: '',
    unit: '',
    type: undefined,
    temporality: 0,
    monotonic: false,
    points: [],
  }
  while (d.next()) {
    if (d.field === 1) metric.name = d.string()
    else if (d.field === 2) metric.help = d.string()
    else if (d.field === 3) metric.unit = d.string()
    else if (TYPES[d.field] !== undefined) {
      metric.type = TYPES[d.field]
      metric.points = []
      readData(d, metric)
    } else d.skip()
  }
  d.leave(outer)
  return familiesOf(metric, scope)
}

export interface MetricParts {
  name: string
  help: string
  unit: string
  type: MetricType | undefined
  /** AggregationTemporality: 1 delta, 2 cumulative. */
  temporality: number
  monotonic: boolean
  points: Point[]
}

/** Histogram points of one metric may differ in their bounds: each change of bounds starts a family of its own. */
export function familiesOf(metric: MetricParts, scope: Scope): Family[] {
  if (metric.type === undefined || metric.points.length === 0) return []
  const type = metric.type === 'counter' && !metric.monotonic ? 'updown' : metric.type
  const families: Family[] = []
  for (const point of metric.points) {
    const bounds = type === 'histogram' ? Float64Array.from(point.bounds) : null
    let family = families[families.length - 1]
    if (family === undefined || !sameBounds(family.bounds, bounds)) {
      const { name, unit, help } = metric
      family = new Family({ name, short: '', type, unit, help, bounds, scope, delta: metric.temporality === 1 })
      families.push(family)
    }
    family.series.push(seriesOf(type, point))
  }
  return families
}

function sameBounds(a: Float64Array | null, b: Float64Array | null): boolean {
  if (a === null || b === null) return a === b
  return a.length === b.length && a.every((bound, i) => bound === b[i])
}

function seriesOf(type: MetricType, point: Point): Series {
  const series = emptySeries(type, point)
  series.time = point.time
  series.count = point.count
  series.value = (point.flags & NO_RECORDED_VALUE) !== 0 ? Number.NaN : point.value
  if (point.exemplars.length > 0) series.exemplars = point.exemplars
  return series
}

function emptySeries(type: MetricType, point: Point): Series {
  if (type === 'exponential') {
    const series = new ExponentialSeries(point.attributes, point.start)
    series.scale = point.scale
    series.zeroCount = point.zeroCount
    series.zeroThreshold = point.zeroThreshold
    series.positiveOffset = point.positiveOffset
    series.positive = Float64Array.from(point.positive)
    series.negativeOffset = point.negativeOffset
    series.negative = Float64Array.from(point.negative)
    series.min = point.min
    series.max = point.max
    return series
  }
  if (type === 'summary') {
    const series = new SummarySeries(point.attributes, point.start)
    series.quantiles = Float64Array.from(point.quantiles)
    return series
  }
  return new Series(point.attributes, type === 'histogram' ? Float64Array.from(point.buckets) : null, point.start)
}

function readData(d: Decoder, metric: MetricParts): void {
  const outer = d.enter()
  while (d.next()) {
    if (d.field === 1) {
      try {
        metric.points.push(readPoint(d, metric.type!))
      } catch (error) {
        throw within(error, `dataPoints[${metric.points.length}]`)
      }
    } else if (d.field === 2 && metric.type !== 'summary' && metric.type !== 'gauge') metric.temporality = d.u32()
    else if (d.field === 3 && metric.type === 'counter') metric.monotonic = d.u32() !== 0
    else d.skip()
  }
  d.leave(outer)
}

/** Field numbers per kind of point (metrics.proto); `start` and `time` are 2 and 3 in all. */
const ATTRIBUTES = { gauge: 7, counter: 7, updown: 7, histogram: 9, exponential: 1, summary: 7 } as const
const EXEMPLARS = { gauge: 5, counter: 5, updown: 5, histogram: 8, exponential: 11, summary: 0 } as const
const FLAGS = { gauge: 8, counter: 8, updown: 8, histogram: 10, exponential: 10, summary: 8 } as const

function readPoint(d: Decoder, type: MetricType): Point {
  d.record()
  const outer = d.enter()
  const point = new Point()
  while (d.next()) {
    const { field } = d
    if (field === ATTRIBUTES[type]) d.attribute(point.attributes)
    else if (field === 2) point.start = d.when()
    else if (field === 3) point.time = d.when()
    else if (field === FLAGS[type]) point.flags = d.u32()
    else if (field === EXEMPLARS[type]) readExemplar(d, point)
    else if (type === 'histogram') readHistogramField(d, point)
    else if (type === 'exponential') readExponentialField(d, point)
    else if (type === 'summary') readSummaryField(d, point)
    else if (field === 4) point.value = d.f64()
    else if (field === 6) {
      d.expect(FIXED64)
      point.value = d.sfixed64()
    } else d.skip()
  }
  d.leave(outer)
  return point
}

function readHistogramField(d: Decoder, point: Point): void {
  if (d.field === 4) point.count = d.u64()
  else if (d.field === 5) point.value = d.f64()
  else if (d.field === 6) d.numbers(point.buckets, FIXED64, d.fixed64)
  else if (d.field === 7) d.numbers(point.bounds, FIXED64, d.double)
  else if (d.field === 11) point.min = d.f64()
  else if (d.field === 12) point.max = d.f64()
  else d.skip()
}

function readExponentialField(d: Decoder, point: Point): void {
  switch (d.field) {
    case 4:
      point.count = d.u64()
      break
    case 5:
      point.value = d.f64()
      break
    case 6:
      d.expect(VARINT)
      point.scale = d.sint32()
      break
    case 7:
      point.zeroCount = d.u64()
      break
    case 8:
      point.positiveOffset = readRange(d, point.positive)
      break
    case 9:
      point.negativeOffset = readRange(d, point.negative)
      break
    case 12:
      point.min = d.f64()
      break
    case 13:
      point.max = d.f64()
      break
    case 14:
      point.zeroThreshold = d.f64()
      break
    default:
      d.skip()
  }
}

function readRange(d: Decoder, counts: number[]): number {
  const outer = d.enter()
  let offset = 0
  while (d.next()) {
    if (d.field === 1) {
      d.expect(VARINT)
      offset = d.sint32()
    } else if (d.field === 2) d.numbers(counts, VARINT, d.varint)
    else d.skip()
  }
  d.leave(outer)
  return offset
}

function readSummaryField(d: Decoder, point: Point): void {
  if (d.field === 4) point.count = d.u64()
  else if (d.field === 5) point.value = d.f64()
  else if (d.field === 6) {
    if (point.quantiles.length >= 2 * d.limits.list) throw new MalformedOtlp(`more than ${d.limits.list} quantiles`)
    readQuantile(d, point.quantiles)
  } else d.skip()
}

function readQuantile(d: Decoder, quantiles: number[]): void {
  const outer = d.enter()
  let quantile = 0
  let value = 0
  while (d.next()) {
    if (d.field === 1) quantile = d.f64()
    else if (d.field === 2) value = d.f64()
    else d.skip()
  }
  d.leave(outer)
  quantiles.push(quantile, value)
}

function readExemplar(d: Decoder, point: Point): void {
  if (point.exemplars.length >= d.limits.list) throw new MalformedOtlp(`more than ${d.limits.list} exemplars`)
  const outer = d.enter()
  let time = 0
  let value = 0
  let span = -1
  let trace = -1
  let attributes: Flat | null = null
  while (d.next()) {
    if (d.field === 2) time = d.when()
    else if (d.field === 3) value = d.f64()
    else if (d.field === 4) span = d.idAt(8, 'spanId')
    else if (d.field === 5) trace = d.idAt(16, 'traceId')
    else if (d.field === 6) {
      d.expect(FIXED64)
      value = d.sfixed64()
    } else if (d.field === 7) d.attribute((attributes ??= []))
    else d.skip()
  }
  d.leave(outer)
  point.exemplars.push({
    value,
    time,
    t0: trace < 0 ? 0 : d.id(trace),
    t1: trace < 0 ? 0 : d.id(trace + 4),
    t2: trace < 0 ? 0 : d.id(trace + 8),
    t3: trace < 0 ? 0 : d.id(trace + 12),
    s0: span < 0 ? 0 : d.id(span),
    s1: span < 0 ? 0 : d.id(span + 4),
    attributes,
  })
}
