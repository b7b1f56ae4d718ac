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
  /** Start of accumulation and time of the last collection, float milliseconds since the epoch: recording reads no clock. */
  start: number
  time: number
  /** What the last delta collection had seen; null while the family is cumulative. */
  last: { value: number; count: number; buckets: Float64Array | null; time: number } | null
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
  /** Prometheus name, such as `http_request_duration_seconds`; empty when there is only the OpenTelemetry name. */
  readonly short: string
  /** Settled by the first use of a gauge that did not say whether it is set or added to. */
  type: MetricType
  /** UCUM unit, such as `s`, `By`, `{request}`; empty when none. */
  readonly unit: string
  readonly help: string
  /** Declared labels in declared order; null when callers bring any attributes. */
  readonly labels: readonly Label[] | null
  readonly bounds: Float64Array | null
  readonly scope: Scope
  /** Counters and histograms: values since the last collection instead of since `start`. */
  delta: boolean
  /** Which switch turns it off: `http`, `process`, `runtime`, `custom`, …; empty for decoded families. */
  readonly group: string
  /** The configured namespace is put before its short name (ruling 54). */
  readonly namespaced: boolean
  /** `short`: only in text under short names; `semconv`: only under OpenTelemetry names; null: both. */
  readonly only: 'short' | 'semconv' | null
  /** `count`: a counter that shows the count of a histogram whose series it shares (`http_requests_total`). */
  readonly reads: 'value' | 'count'
  /** The short name is the sample name as it is, without `_total`: a spelling for text 0.0.4 alone (ruling 55). */
  readonly exact: boolean
  readonly series: Series[]
  /** What `Series.text` of these series was written for; the text writer's own, shared with every view of the series. */
  readonly text: { key: string }

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
    group?: string
    namespaced?: boolean
    only?: 'short' | 'semconv' | null
    reads?: 'value' | 'count'
    exact?: boolean
    /** Shared with the family that this one is another view of. */
    series?: Series[]
    text?: { key: string }
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
    this.group = init.group ?? ''
    this.namespaced = init.namespaced ?? false
    this.only = init.only ?? null
    this.reads = init.reads ?? 'value'
    this.exact = init.exact ?? false
    this.series = init.series ?? []
    this.text = init.text ?? { key: '' }
  }
}
