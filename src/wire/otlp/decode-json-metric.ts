// One Metric of OTLP JSON to families.
import type { Scope } from '../../model/attribute.ts'
import type { Exemplar, Family, MetricType } from '../../model/metric.ts'
import { familiesOf, type MetricParts, Point } from './decode-metric.ts'
import type { Json, JsonReader } from './json-reader.ts'

const TEMPORALITIES = ['UNSPECIFIED', 'DELTA', 'CUMULATIVE'].map((name) => `AGGREGATION_TEMPORALITY_${name}`)

const DATA: readonly (readonly [string, MetricType])[] = [
  ['gauge', 'gauge'],
  ['sum', 'counter'],
  ['histogram', 'histogram'],
  ['exponentialHistogram', 'exponential'],
  ['summary', 'summary'],
]

export function metricOf(r: JsonReader, json: Json, scope: Scope): Family[] {
  const metric: MetricParts = {
    name: r.text(json, 'name'),
    help: r.text(json, 'description'),
    unit: r.text(json, 'unit'),
    type: undefined,
    temporality: 0,
    monotonic: false,
    points: [],
  }
  for (const [field, type] of DATA) {
    r.one(json, field, (data) => {
      metric.type = type
      metric.temporality = r.enumerated(data, 'aggregationTemporality', TEMPORALITIES)
      metric.monotonic = r.flag(data, 'isMonotonic')
      r.each(data, 'dataPoints', (point) => {
        metric.points.push(pointOf(r, point))
      })
    })
    if (metric.type !== undefined) break
  }
  return familiesOf(metric, scope)
}

function pointOf(r: JsonReader, json: Json): Point {
  r.record()
  const point = new Point()
  point.attributes = r.attributes(json)
  point.start = r.time(json, 'startTimeUnixNano')
  point.time = r.time(json, 'timeUnixNano')
  point.flags = r.number(json, 'flags')
  point.count = r.number(json, 'count')
  // A number point has asDouble or asInt, the others have a sum; whichever is there.
  point.value = r.number(json, 'asDouble', r.number(json, 'asInt', r.number(json, 'sum', Number.NaN)))
  point.buckets = r.numbers(json, 'bucketCounts')
  point.bounds = r.numbers(json, 'explicitBounds')
  point.scale = r.number(json, 'scale')
  point.zeroCount = r.number(json, 'zeroCount')
  point.zeroThreshold = r.number(json, 'zeroThreshold')
  point.min = r.number(json, 'min', Number.NaN)
  point.max = r.number(json, 'max', Number.NaN)
  r.one(json, 'positive', (range) => {
    point.positiveOffset = r.number(range, 'offset')
    point.positive = r.numbers(range, 'bucketCounts')
  })
  r.one(json, 'negative', (range) => {
    point.negativeOffset = r.number(range, 'offset')
    point.negative = r.numbers(range, 'bucketCounts')
  })
  r.each(json, 'quantileValues', (pair) => {
    point.quantiles.push(r.number(pair, 'quantile'), r.number(pair, 'value'))
  })
  r.each(json, 'exemplars', (one) => {
    point.exemplars.push(exemplarOf(r, one))
  })
  return point
}

function exemplarOf(r: JsonReader, json: Json): Exemplar {
  const trace = r.id(json, 'traceId', 16) ? r.ids.slice(0, 4) : [0, 0, 0, 0]
  const span = r.id(json, 'spanId', 8) ? r.ids.slice(0, 2) : [0, 0]
  const attributes = r.attributes(json, 'filteredAttributes')
  return {
    value: r.number(json, 'asDouble', r.number(json, 'asInt')),
    time: r.time(json, 'timeUnixNano'),
    t0: trace[0]!,
    t1: trace[1]!,
    t2: trace[2]!,
    t3: trace[3]!,
    s0: span[0]!,
    s1: span[1]!,
    attributes: attributes.length === 0 ? null : attributes,
  }
}
