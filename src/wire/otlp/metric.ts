// One Metric (metrics.proto) from a live family: a series writes itself, its attributes are encoded once in its life.
// Values are written as they stand; `family.delta` says only which temporality they have.
import type { Flat, Value } from '../../model/attribute.ts'
import { ExponentialSeries } from '../../model/exponential.ts'
import type { Exemplar, Family, Label, Series } from '../../model/metric.ts'
import { SummarySeries } from '../../model/summary.ts'
import { EMPTY, flatBound, flatBytes } from './attributes.ts'
import {
  patchLength,
  putAttributes,
  putBytes,
  putDouble,
  putFixed64,
  putId,
  putString,
  putTime,
  putVarint,
} from './put.ts'

const DELTA = 1
const CUMULATIVE = 2
/** DataPointFlags: the point says only that there is no value. */
export const NO_RECORDED_VALUE = 1

/** Field of Metric that holds the data, and tag of the attributes in its points. */
const LAYOUT = {
  counter: { data: 0x3a, attributes: 0x3a },
  updown: { data: 0x3a, attributes: 0x3a },
  gauge: { data: 0x2a, attributes: 0x3a },
  histogram: { data: 0x4a, attributes: 0x4a },
  exponential: { data: 0x52, attributes: 0x0a },
  summary: { data: 0x5a, attributes: 0x3a },
} as const

/** Families that exist in Prometheus text alone are no OTLP metrics: their numbers are in another family (ruling 11). */
export function inOtlp(family: Family): boolean {
  return family.only !== 'short' && family.reads !== 'count' && family.series.length > 0
}

/** Under the labels' OpenTelemetry names, whole numbers where the convention has an int; an empty label is an absent one. */
export function otlpAttributes(family: Family, series: Series): Flat {
  const { labels } = family
  if (labels === null) return series.attributes
  const flat: Flat = []
  for (let i = 0; i < series.attributes.length; i += 2) {
    const key = series.attributes[i] as string
    const value = series.attributes[i + 1] as Value
    if (value === '') continue
    const label = labels[i / 2]?.short === key ? labels[i / 2] : labels.find((one) => one.short === key)
    flat.push(label?.semconv ?? key, typed(label, value))
  }
  return flat
}

function typed(label: Label | undefined, value: Value): Value {
  if (label?.int !== true || typeof value !== 'string') return value
  const number = Number(value)
  return Number.isSafeInteger(number) ? number : value
}

function seriesBytes(family: Family, series: Series): Uint8Array {
  if (series.bytes === null) {
    const flat = otlpAttributes(family, series)
    series.bytes = flat.length === 0 ? EMPTY : flatBytes(LAYOUT[family.type].attributes, flat)
  }
  return series.bytes
}

/** Upper bound of the bytes that `putMetric` needs. */
export function metricBound(family: Family): number {
  let bound = 64 + 3 * (family.name.length + family.help.length + family.unit.length)
  for (const series of family.series) {
    bound +=
      96 + seriesBytes(family, series).length + 8 * ((series.buckets?.length ?? 0) + (family.bounds?.length ?? 0))
    if (series instanceof ExponentialSeries) bound += 64 + 8 * (series.positive.length + series.negative.length)
    if (series instanceof SummarySeries) bound += 12 * series.quantiles.length
    if (series.exemplars !== null) {
      for (const exemplar of series.exemplars) {
        if (exemplar !== null) bound += 64 + (exemplar.attributes === null ? 0 : flatBound(exemplar.attributes))
      }
    }
  }
  return bound
}

/** The metric as field 2 of ScopeMetrics, with tag and length. */
export function putMetric(b: Buffer, p: number, family: Family): number {
  b[p++] = 0x12
  const from = p++
  b[p++] = 0x0a
  p = putString(b, p, family.name)
  if (family.help !== '') {
    b[p++] = 0x12
    p = putString(b, p, family.help)
  }
  if (family.unit !== '') {
    b[p++] = 0x1a
    p = putString(b, p, family.unit)
  }
  const { type } = family
  b[p++] = LAYOUT[type].data
  const data = p++
  for (const series of family.series) {
    b[p++] = 0x0a
    const point = p++
    p = patchLength(b, point, putPoint(b, p, family, series))
  }
  if (type !== 'gauge' && type !== 'summary') {
    b[p++] = 0x10
    b[p++] = family.delta ? DELTA : CUMULATIVE
  }
  if (type === 'counter') {
    b[p++] = 0x18
    b[p++] = 1
  }
  return patchLength(b, from, patchLength(b, data, p))
}

function putPoint(b: Buffer, p: number, family: Family, series: Series): number {
  const { type } = family
  if (type === 'exponential') p = putBytes(b, p, seriesBytes(family, series))
  if (series.start > 0) {
    b[p++] = 0x11
    p = putTime(b, p, series.start)
  }
  b[p++] = 0x19
  p = putTime(b, p, series.time)
  switch (type) {
    case 'histogram':
      return putExemplars(b, putHistogram(b, p, family, series), 0x42, series)
    case 'exponential':
      return putExemplars(b, putExponential(b, p, series as ExponentialSeries), 0x5a, series)
    case 'summary':
      return putSummary(b, p, family, series as SummarySeries)
    default:
      if (Number.isNaN(series.value)) {
        b[p++] = 0x40
        b[p++] = NO_RECORDED_VALUE
      } else p = putKnown(b, p, 0x21, series.value)
      p = putExemplars(b, p, 0x2a, series)
      return putBytes(b, p, seriesBytes(family, series))
  }
}

function putCountAndSum(b: Buffer, p: number, series: Series): number {
  b[p++] = 0x21
  p = putFixed64(b, p, series.count)
  return putKnown(b, p, 0x29, series.value)
}

function putHistogram(b: Buffer, p: number, family: Family, series: Series): number {
  p = putCountAndSum(b, p, series)
  const { buckets } = series
  if (buckets !== null && buckets.length > 0) {
    b[p++] = 0x32
    p = putVarint(b, p, buckets.length * 8)
    for (let i = 0; i < buckets.length; i++) p = putFixed64(b, p, buckets[i]!)
  }
  const { bounds } = family
  if (bounds !== null && bounds.length > 0) {
    b[p++] = 0x3a
    p = putVarint(b, p, bounds.length * 8)
    for (let i = 0; i < bounds.length; i++) p = putDouble(b, p, bounds[i]!)
  }
  return putBytes(b, p, seriesBytes(family, series))
}

function putExponential(b: Buffer, p: number, series: ExponentialSeries): number {
  p = putCountAndSum(b, p, series)
  b[p++] = 0x30
  p = putVarint(b, p, zigzag(series.scale))
  b[p++] = 0x39
  p = putFixed64(b, p, series.zeroCount)
  p = putRange(b, p, 0x42, series.positiveOffset, series.positive)
  p = putRange(b, p, 0x4a, series.negativeOffset, series.negative)
  p = putKnown(b, putKnown(b, p, 0x61, series.min), 0x69, series.max)
  return series.zeroThreshold === 0 ? p : putKnown(b, p, 0x71, series.zeroThreshold)
}

function putKnown(b: Buffer, p: number, tag: number, value: number): number {
  if (Number.isNaN(value)) return p
  b[p] = tag
  return putDouble(b, p + 1, value)
}

function putRange(b: Buffer, p: number, tag: number, offset: number, counts: Float64Array): number {
  if (counts.length === 0) return p
  b[p++] = tag
  const from = p++
  b[p++] = 0x08
  p = putVarint(b, p, zigzag(offset))
  b[p++] = 0x12
  const list = p++
  for (let i = 0; i < counts.length; i++) p = putVarint(b, p, counts[i]!)
  return patchLength(b, from, patchLength(b, list, p))
}

function zigzag(n: number): number {
  return ((n << 1) ^ (n >> 31)) >>> 0
}

function putSummary(b: Buffer, p: number, family: Family, series: SummarySeries): number {
  p = putCountAndSum(b, p, series)
  const { quantiles } = series
  for (let i = 0; i < quantiles.length; i += 2) {
    b[p++] = 0x32
    b[p++] = 18
    b[p++] = 0x09
    p = putDouble(b, p, quantiles[i]!)
    b[p++] = 0x11
    p = putDouble(b, p, quantiles[i + 1]!)
  }
  return putBytes(b, p, seriesBytes(family, series))
}

function putExemplars(b: Buffer, p: number, tag: number, series: Series): number {
  const { exemplars } = series
  if (exemplars === null) return p
  for (let i = 0; i < exemplars.length; i++) {
    const exemplar = exemplars[i]
    if (exemplar) p = putExemplar(b, p, tag, exemplar)
  }
  return p
}

function putExemplar(b: Buffer, p: number, tag: number, exemplar: Exemplar): number {
  b[p++] = tag
  const from = p++
  b[p++] = 0x11
  p = putTime(b, p, exemplar.time)
  b[p++] = 0x19
  p = putDouble(b, p, exemplar.value)
  if ((exemplar.s0 | exemplar.s1) !== 0) {
    b[p++] = 0x22
    b[p++] = 8
    p = putId(b, putId(b, p, exemplar.s0), exemplar.s1)
    b[p++] = 0x2a
    b[p++] = 16
    p = putId(b, putId(b, putId(b, putId(b, p, exemplar.t0), exemplar.t1), exemplar.t2), exemplar.t3)
  }
  if (exemplar.attributes !== null) p = putAttributes(b, p, 0x3a, exemplar.attributes)
  return patchLength(b, from, p)
}
