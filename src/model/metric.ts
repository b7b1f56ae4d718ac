// A family is one metric with its series. The same objects are what an instrument adds to, what a scrape writes text
// from, what OTLP bytes are made of and what they decode to; a series writes itself, there is no snapshot in between.
import type { Flat, Scope } from './attribute.ts'

export type MetricType = 'counter' | 'updown' | 'gauge' | 'histogram' | 'exponential' | 'summary'

/** One label of a declared metric: its Prometheus name, and the attribute that carries the same fact in OTLP. */
export interface Label {
  readonly short: string
  readonly semconv: string
  /** The value is sent as an OTLP int (`http.response.status_code`). */
  readonly int?: boolean
}

export interface Exemplar {
  readonly value: number
  readonly time: number
  readonly t0: number
  readonly t1: number
  readonly t2: number
  readonly t3: number
  readonly s0: number
  readonly s1: number
  readonly attributes: Flat | null
}

export class Series {
  /** `[label, value, …]` under the family's short names for a declared metric, else as the caller gave them. */
  readonly attributes: Flat
  /** Counter, updown, gauge: the number. Histogram, summary: the sum. */
  value: number
  /** Histogram, exponential, summary: how many were observed. */
  count: number
  /** Histogram: counts per bucket (not cumulative), one more than there are bounds. */
  buckets: Float64Array | null
  /** One slot per bucket, one for a counter; null until the first exemplar. */
  exemplars: (Exemplar | null)[] | null
  /** Start of accumulation and time of the last change, float milliseconds since the epoch. */
  start: number
  time: number
  /** What the last delta collection had seen; null while the family is cumulative. */
  last: { value: number; count: number; buckets: Float64Array | null } | null
  /** Caches of the writers: Prometheus label text, OTLP attribute bytes. */
  text: string | null
  bytes: Uint8Array | null

  constructor(attributes: Flat, buckets: Float64Array | null, start: number) {
    this.attributes = attributes
    this.value = 0
    this.count = 0
    this.buckets = buckets
    this.exemplars = null
    this.start = start
    this.time = start
    this.last = null
    this.text = null
    this.bytes = null
  }
}

export class Family {
  /** OpenTelemetry name, such as `http.server.request.duration`. */
  readonly name: string
  /** Prometheus name without suffix rules applied, such as `http_request_duration_seconds`. */
  readonly short: string
  readonly type: MetricType
  /** UCUM unit, such as `s`, `By`, `{request}`; empty when none. */
  readonly unit: string
  readonly help: string
  /** Declared labels in declared order; null when callers bring any attributes. */
  readonly labels: readonly Label[] | null
  readonly bounds: Float64Array | null
  readonly scope: Scope
  /** Counters and histograms: values since the last collection instead of since `start`. */
  delta: boolean
  readonly series: Series[]

  constructor(init: {
    name: string
    short: string
    type: MetricType
    unit?: string
    help?: string
    labels?: readonly Label[] | null
    bounds?: Float64Array | null
    scope: Scope
    delta?: boolean
  }) {
    this.name = init.name
    this.short = init.short
    this.type = init.type
    this.unit = init.unit ?? ''
    this.help = init.help ?? ''
    this.labels = init.labels ?? null
    this.bounds = init.bounds ?? null
    this.scope = init.scope
    this.delta = init.delta ?? false
    this.series = []
  }
}
