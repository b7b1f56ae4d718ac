// What the insides of a process and its control look like as answers: types alone, which the page takes by `import type`.
// Times are RFC 3339 in UTC. What cannot be known is null, and the reason stands beside it.

/** Every answer is of this process alone (H-38). */
export interface OfThisProcess {
  readonly scope: 'single-instance'
  /** `console.instance`: opaque. */
  readonly instance: string
  readonly generated_at: string
}

// --- GET /admin/ops/runtime ---------------------------------------------------------------------------------------------

export interface RuntimeAnswer extends OfThisProcess {
  /** Such as `v24.1.0`. */
  readonly node_version: string
  /** Since `start()`. */
  readonly uptime_seconds: number
  readonly started_at: string
  readonly process_uptime_seconds: number
  readonly cpu: CpuAnswer
  readonly memory: MemoryAnswer
  readonly heap: HeapAnswer
  readonly event_loop: EventLoopAnswer | null
  readonly event_loop_reason: string | null
  readonly gc: GcAnswer | null
  readonly gc_reason: string | null
  readonly active: ActiveAnswer
}

export interface CpuAnswer {
  /** CPU seconds per second over the interval: 1 is one core. */
  readonly utilization: number
  readonly user: number
  readonly system: number
  /** Since the reading before, at first since the process began. */
  readonly interval_seconds: number
  readonly user_seconds_total: number
  readonly system_seconds_total: number
  /** That this process may use. */
  readonly cores: number
}

export interface MemoryAnswer {
  readonly rss_bytes: number
  readonly external_bytes: number
  readonly array_buffers_bytes: number
  /** What the machine or the container has left; null where Node cannot tell. */
  readonly available_bytes: number | null
  /** Of the container; null without one. */
  readonly limit_bytes: number | null
}

export interface HeapAnswer {
  readonly used_bytes: number
  readonly total_bytes: number
  /** Beyond it the process ends. */
  readonly limit_bytes: number
  /** The largest first. */
  readonly spaces: readonly HeapSpaceAnswer[]
}

export interface HeapSpaceAnswer {
  /** Such as `old` and `new_large_object`. */
  readonly space: string
  readonly used_bytes: number
  readonly size_bytes: number
}

export interface EventLoopAnswer {
  /** From 0 to 1. */
  readonly utilization: number
  /** Null while nothing was measured yet. */
  readonly delay_ms: DelayAnswer | null
  /** What both are of: the time since a scrape or a push took them, or since somebody looked where nobody does for a minute. */
  readonly interval_seconds: number
}

export interface DelayAnswer {
  readonly mean: number
  readonly p50: number
  readonly p90: number
  readonly p99: number
  readonly max: number
}

export interface GcAnswer {
  readonly total: GcSums
  readonly last_minute: GcSums
  readonly last_5_minutes: GcSums
  /** Those that occurred, the longest first. */
  readonly kinds: readonly GcKindAnswer[]
}

export interface GcSums {
  readonly count: number
  readonly pause_seconds: number
}

export interface GcKindAnswer {
  readonly kind: 'minor' | 'major' | 'incremental' | 'weakcb'
  readonly total: GcSums
  readonly last_minute: GcSums
  readonly last_5_minutes: GcSums
}

export interface ActiveAnswer {
  /** What keeps the event loop alive. */
  readonly resources: number
  /** By type as Node names them, the most first; at most 10. */
  readonly by_type: readonly { readonly type: string; readonly count: number }[]
}

// --- GET /admin/ops/cardinality?top=20 ------------------------------------------------------------------------------------

export interface CardinalityAnswer extends OfThisProcess {
  /** When the callbacks of metrics were asked last. */
  readonly collected_at: string | null
  /** Metrics that have a series. */
  readonly metrics: number
  /** Declared, with a series or not. */
  readonly declared: number
  /** Of all metrics, overflow series not counted. */
  readonly series: number
  readonly limits: CardinalityLimits
  /** Recordings that went into an overflow series. */
  readonly overflowed_total: number
  /** Recordings and declarations that were refused. */
  readonly refused_total: number
  /** Those with the most series; `?top=` from 1 to 100, 20 when left out. */
  readonly top: readonly MetricCardinality[]
  /** By metric and reason, the most first; at most 20. */
  readonly refused: readonly RefusedMetric[]
}

export interface CardinalityLimits {
  /** `observability.metrics.limits.series`. */
  readonly series_per_metric: number
  readonly series_total: number
  /** Characters of a label value: `observability.metrics.limits.value_length`. */
  readonly value_length: number
}

export interface MetricCardinality {
  /** As the scrape shows it. */
  readonly name: string
  /** As OTLP sends it; the same where there is only one. */
  readonly otel_name: string
  readonly type: 'counter' | 'updown' | 'gauge' | 'histogram' | 'exponential' | 'summary'
  readonly series: number
  /** Part of `series_per_metric`, 0 to 1. */
  readonly used: number
  /** The limit was reached: what came later is counted in one overflow series. */
  readonly overflowing: boolean
  readonly overflowed_total: number
  readonly refused_total: number
  /** The label with the most values first. */
  readonly labels: readonly LabelCardinality[]
  /** False: so many series that labels were counted over the first 5 000 alone. */
  readonly labels_complete: boolean
}

export interface LabelCardinality {
  readonly label: string
  readonly values: number
}

export interface RefusedMetric {
  readonly metric: string
  readonly reason: 'kind' | 'name' | 'labels' | 'negative' | 'not_finite'
  readonly count: number
}

// --- GET /admin/ops/exporters ---------------------------------------------------------------------------------------------

export interface ExportersAnswer extends OfThisProcess {
  /** What waits before any exporter has it. */
  readonly queues: readonly QueueAnswer[]
  /** None where nothing is exported. */
  readonly exporters: readonly ExporterAnswer[]
}

export interface QueueAnswer {
  readonly signal: 'traces' | 'logs'
  readonly waiting: number
  readonly capacity: number
  readonly processed_total: number
  readonly dropped_total: { readonly queue_full: number; readonly after_stop: number; readonly unencodable: number }
}

export interface ExporterAnswer {
  /** Such as `otlp` or `zipkin_2`; `custom` for a sink of the application without a name. */
  readonly name: string
  /** Such as `otlp_http_exporter`, `console` or `custom`. */
  readonly type: string
  /** `loading`: its code is being imported. `unavailable`: it could not be, and nothing is exported. */
  readonly state: 'ready' | 'loading' | 'unavailable'
  readonly signals: readonly ExporterSignalAnswer[]
}

export interface ExporterSignalAnswer {
  readonly signal: 'traces' | 'metrics' | 'logs'
  /** Origin and path, without credentials or query; null where there is none. */
  readonly endpoint: string | null
  /** Whether the last request was accepted. Null: nothing was sent yet, or the sink does not tell. */
  readonly delivering: boolean | null
  /** Null where the sink does not tell: it writes at once, or is not ours. */
  readonly queue: ExporterQueueAnswer | null
  /** Records (data points of metrics); null where the sink does not count. */
  readonly sent_total: number | null
  /** Given up after all attempts, refused by the other side, or pushed out of the full queue. */
  readonly lost_total: {
    readonly undelivered: number
    readonly rejected: number
    readonly queue_full: number
  } | null
  /** Requests, each attempt counted. */
  readonly requests_total: number | null
  /** Attempts beyond the first. */
  readonly retries_total: number | null
  readonly last_success_at: string | null
  readonly last_error: ExportErrorAnswer | null
}

export interface ExporterQueueAnswer {
  /** Records gathered, waiting and on the way. */
  readonly records: number
  /** Null: bounded by requests and bytes alone. */
  readonly records_limit: number | null
  /** Request bodies that wait, besides the one on the way. */
  readonly requests: number
  readonly requests_limit: number
  readonly bytes: number
  readonly bytes_limit: number
}

export interface ExportErrorAnswer {
  readonly at: string
  /** `again`: is tried again. `refused`: the other side does not want it. `partial`: it took a part. */
  readonly kind: 'again' | 'refused' | 'partial'
  /** Sanitised, one line, 300 characters at most. */
  readonly message: string
}

// --- GET /admin/ops/instrumentation ---------------------------------------------------------------------------------------

export interface InstrumentationAnswer extends OfThisProcess {
  /** `mode` of the configuration: `default`, `full`, `no-span` or `off`. */
  readonly mode: string
  readonly items: readonly InstrumentationItem[]
  readonly otel_api: OtelApiAnswer
  readonly contrib: ContribAnswer
}

export type InstrumentationGroup =
  | 'http'
  | 'framework'
  | 'database'
  | 'key-value'
  | 'queue'
  | 'work'
  | 'application'
  | 'logs'
  | 'runtime'

export interface InstrumentationItem {
  /** Such as `http.server`, `express`, `pg` or `kafkajs`; stable. */
  readonly name: string
  readonly group: InstrumentationGroup
  /** For people. */
  readonly title: string
  /** `waiting`: on, and nothing of it was seen yet. */
  readonly state: 'on' | 'off' | 'waiting'
  /** Such as `diagnostics channel`, `wrapped client`, `door`, `callback`. */
  readonly how: string
  /** Why it is off, or what is missing while it waits; null where there is nothing to say. */
  readonly why: string | null
  /** When something of it was seen first. Null: not yet, or `first_seen_reason` says why nobody knows. */
  readonly first_seen_at: string | null
  readonly first_seen_reason: string | null
}

export interface OtelApiAnswer {
  readonly state: 'on' | 'off'
  readonly why: string | null
  /** Parts of `@opentelemetry/api` that end in ours: `trace`, `context`, `propagation`, `metrics`, `diag`, `logs`. */
  readonly registered: readonly string[]
  /** Parts that another SDK had taken before, by the name of what is there. */
  readonly taken: readonly { readonly part: string; readonly by: string }[]
  /** Other agents in the process, by their marks. */
  readonly other_tracers: readonly string[]
  /** Names of instrumentation scopes that asked for a tracer; at most 50. */
  readonly scopes: readonly string[]
}

export interface ContribAnswer {
  /** `instrumentations` of the configuration. */
  readonly asked: 'auto' | 'none' | readonly string[]
  readonly loaded: readonly string[]
  /** Named, and not installed. */
  readonly missing: readonly string[]
  readonly failed: readonly { readonly name: string; readonly why: string }[]
  /** `auto` leaves these to our own surfaces. */
  readonly skipped: readonly string[]
  /** ES module imports are hooked: `node --import telltale/register`. */
  readonly loader: boolean
}

// --- GET /admin/ops/control -----------------------------------------------------------------------------------------------

export interface ControlAnswer extends OfThisProcess {
  readonly log_level: LogLevelControl
  readonly sampling: SamplingControl
  readonly cpu_profile: ProfileControl
  readonly heap_snapshot: ProfileControl
}

/** A change that ends by itself. */
export interface HeldChange {
  readonly since: string
  readonly until: string
  /** Subject or token id of whoever asked; null for nobody who is known (`dev: true`). */
  readonly by: string | null
}

export type LogLevelName = 'trace' | 'debug' | 'info' | 'warn' | 'error'

export interface LogLevelControl {
  readonly configured: LogLevelName
  readonly current: LogLevelName
  /** Null while what is configured holds. */
  readonly held: HeldChange | null
  /** Null: can be changed now. */
  readonly unavailable: string | null
}

export interface SamplingControl {
  /** Such as `parentbased_traceidratio`. */
  readonly sampler: string
  /** Part of the traces that begin here; null where spans are not recorded. */
  readonly configured: number | null
  readonly current: number | null
  /** Null while what is configured holds. */
  readonly held: HeldChange | null
  /** Null: can be changed now. */
  readonly unavailable: string | null
}

export interface ProfileControl {
  /** `ops.control.cpu_profile`, `ops.control.heap_snapshot`. */
  readonly enabled: boolean
  /** One is being taken. */
  readonly running: { readonly since: string; readonly by: string | null } | null
  /** Another may be taken from then on; null: at once. */
  readonly next_at: string | null
  readonly last_at: string | null
}

/** POST log-level: `{ level, seconds }`; POST sampling: `{ ratio, seconds }`. Both and DELETE answer the ControlAnswer. */
export interface LogLevelRequest {
  readonly level: LogLevelName
  /** 1 to 86400; 600 when left out. */
  readonly seconds?: number
}

export interface SamplingRequest {
  /** From 0 to 1. */
  readonly ratio: number
  /** 1 to 86400; 600 when left out. */
  readonly seconds?: number
}

/** POST cpu-profile answers the `.cpuprofile` as a download. */
export interface CpuProfileRequest {
  /** 1 to 60; 10 when left out. */
  readonly seconds?: number
}
