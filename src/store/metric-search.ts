// Metrics that are held, and the points of one of them, as they are or as what people ask of them: a rate, a mean, a quantile.
import { spanIdHex, traceIdHex } from '../base/ids.ts'
import { quantile } from '../model/histogram.ts'
import type { MetricRow, PointRow, SeriesAnswer, SeriesRow } from './answers.ts'
import { combine } from './buckets.ts'
import { type Condition, holds } from './condition.ts'
import type { Metric, StoredSeries } from './metrics.ts'
import { plainObject } from './plain.ts'
import { Point } from './points.ts'
import type { Store } from './store.ts'

const MOST_LABELS = 50

export interface MetricSearch {
  readonly service?: string
  /** Part of the name or the description, whatever its case. */
  readonly text?: string
  readonly limit?: number
}

/** `value`: as sent. `rate`: per second. `mean`: sum by count. `pNN`: quantile, as PromQL's histogram_quantile. */
export const READINGS = ['value', 'rate', 'increase', 'mean', 'p50', 'p75', 'p90', 'p95', 'p99'] as const
export type Reading = (typeof READINGS)[number]

export interface SeriesQuestion {
  readonly name: string
  readonly service?: string
  readonly where?: readonly Condition[]
  readonly from?: number
  readonly to?: number
  readonly as?: Reading
  /** Milliseconds: at most one point each, the last in it. */
  readonly step?: number
  readonly limit?: number
}

export function metricRows(store: Store, tenant: string, search: MetricSearch): MetricRow[] {
  const rows = new Map<string, MetricRow>()
  const text = search.text?.toLowerCase()
  for (const metric of store.metrics.all(tenant)) {
    if (search.service !== undefined && metric.identity.service !== search.service) continue
    if (text !== undefined && !`${metric.name}\n${metric.help}`.toLowerCase().includes(text)) continue
    const row = rows.get(metric.name) ?? emptyRow(metric)
    rows.set(metric.name, row)
    if (!row.services.includes(metric.identity.service)) row.services.push(metric.identity.service)
    row.series += metric.trie.size
    for (const { points, attributes } of metric.trie.values()) {
      row.last_ms = Math.max(row.last_ms, points.last?.time ?? 0)
      row.exemplars += points.exemplars.length
      for (let i = 0; i < attributes.length && row.labels.length < MOST_LABELS; i += 2)
        if (!row.labels.includes(attributes[i] as string)) row.labels.push(attributes[i] as string)
    }
  }
  return [...rows.values()].sort((a, b) => (a.name < b.name ? -1 : 1)).slice(0, search.limit ?? 1000)
}

function emptyRow({ name, type, unit, help }: Metric): MetricRow {
  return { name, type, unit, description: help, services: [], series: 0, last_ms: 0, labels: [], exemplars: 0 }
}

/** Undefined when no such metric is held. */
export function seriesAnswer(store: Store, tenant: string, question: SeriesQuestion): SeriesAnswer | undefined {
  const reading = question.as ?? 'value'
  const limit = question.limit ?? 100
  const rows: SeriesRow[] = []
  let first: Metric | undefined
  let matched = 0
  for (const metric of store.metrics.named(tenant, question.name)) {
    first ??= metric
    if (question.service !== undefined && metric.identity.service !== question.service) continue
    for (const series of metric.trie.values()) {
      if (question.where?.length && !holds(question.where, [series.attributes], metric.identity.attributes)) continue
      if (++matched <= limit) rows.push(seriesRow(metric, series, question, reading))
    }
  }
  if (first === undefined) return undefined
  const { name, type, unit, help } = first
  return { name, type, unit, description: help, as: reading, series: rows, matched }
}

function seriesRow(metric: Metric, series: StoredSeries, question: SeriesQuestion, reading: Reading): SeriesRow {
  const { from = Number.NEGATIVE_INFINITY, to = Number.POSITIVE_INFINITY } = question
  const points = thin(series.points.list, question.step)
  const rows: PointRow[] = []
  for (let i = 0; i < points.length; i++) {
    const point = points[i]!
    if (point.time < from || point.time >= to) continue
    const row = reading === 'value' ? pointRow(point) : derived(metric, series, points, i, reading)
    if (row !== undefined) rows.push(row)
  }
  return {
    service: metric.identity.service,
    instance: metric.identity.instance,
    attributes: plainObject(series.attributes),
    points: rows,
    exemplars: series.points.exemplars.map((exemplar) => ({
      time_ms: exemplar.time,
      value: exemplar.value,
      trace_id: traceIdHex(exemplar.t0, exemplar.t1, exemplar.t2, exemplar.t3),
      span_id: spanIdHex(exemplar.s0, exemplar.s1),
      attributes: plainObject(exemplar.attributes),
    })),
  }
}

/** The last point of each step. */
function thin(points: readonly Point[], step: number | undefined): readonly Point[] {
  if (step === undefined || step <= 0) return points
  return points.filter(
    (point, i) => Math.floor(point.time / step) !== Math.floor((points[i + 1]?.time ?? Infinity) / step),
  )
}

function pointRow(point: Point): PointRow {
  const row: PointRow = { time_ms: point.time, value: finite(point.value) }
  if (point.buckets !== null || point.quantiles !== null || point.count > 0) row.count = point.count
  if (point.buckets !== null) {
    row.bounds = Array.from(point.buckets.bounds)
    row.buckets = Array.from(point.buckets.counts)
  }
  if (point.quantiles !== null) {
    row.quantiles = []
    for (let i = 0; i + 1 < point.quantiles.length; i += 2) {
      row.quantiles.push({ quantile: point.quantiles[i]!, value: finite(point.quantiles[i + 1]!) })
    }
  }
  return row
}

/** What happened between the point before and this one; a counter that began anew counts from its start. */
function derived(
  metric: Metric,
  series: StoredSeries,
  points: readonly Point[],
  at: number,
  reading: Reading,
): PointRow | undefined {
  const point = points[at]!
  const time_ms = point.time
  if (metric.type === 'gauge' || metric.type === 'updown') {
    const before = points[at - 1]
    if (before === undefined || (reading !== 'rate' && reading !== 'increase')) return undefined
    const change = point.value - before.value
    return { time_ms, value: finite(reading === 'rate' ? (change * 1000) / (time_ms - before.time) : change) }
  }
  const before = points[at - 1] ?? (series.points.whole && at === 0 ? zeroBefore(point) : undefined)
  if (before === undefined) return undefined
  const counts = metric.type !== 'counter'
  const anew = point.start !== before.start || (counts ? point.count < before.count : point.value < before.value)
  const base = anew ? zeroBefore(point, before.time) : before
  const value = counts ? point.count - base.count : point.value - base.value
  if (reading === 'increase') return { time_ms, value: finite(value) }
  if (reading === 'rate') {
    const seconds = (point.time - base.time) / 1000
    return seconds > 0 ? { time_ms, value: finite(value / seconds) } : undefined
  }
  if (!counts) return undefined
  if (reading === 'mean') return { time_ms, value: value > 0 ? finite((point.value - base.value) / value) : null }
  const buckets = combine(point.buckets, base.buckets, -1)
  if (buckets === null) return undefined
  return { time_ms, value: finite(quantile(Number(reading.slice(1)) / 100, buckets.bounds, buckets.counts)) }
}

function zeroBefore(point: Point, notBefore = 0): Point {
  return new Point(Math.max(notBefore, point.start), point.start, 0, 0, null, null)
}

function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null
}
