// What the query language answers, as it goes over the wire: plain objects, snake_case, times in float milliseconds
// since the epoch, durations in float milliseconds, ids in lower-case hexadecimal.
import type { MetricType } from '../model/metric.ts'
import type { Plain } from './plain.ts'

export type Attributes = Record<string, Plain>

export interface Rates {
  requests: number
  errors: number
  /** errors / requests; 0 without requests. */
  error_rate: number
  /** Requests per second of the asked (or covered) time. */
  per_second: number
  /** Nearest-rank quantiles of the durations; null without requests. */
  p50_ms: number | null
  p95_ms: number | null
  p99_ms: number | null
  max_ms: number | null
}

export interface Moment {
  time_ms: number
  requests: number
  errors: number
  p95_ms: number | null
}

/** Per moment; null where nothing came. */
export interface RedLine {
  requests: number[]
  errors: number[]
  p50_ms: (number | null)[]
  p95_ms: (number | null)[]
  p99_ms: (number | null)[]
}

/** What is drawn over time: `times_ms` are the starts of moments of `step_ms`; each list per moment is as long. */
export interface OverTime {
  from_ms: number
  to_ms: number
  step_ms: number
  times_ms: number[]
}

export interface RedRow {
  service: string
  /** Of the operation; null unless asked by operation. */
  name: string | null
  kind: string | null
  route: string | null
  slowest_trace_id: string | null
  now: Rates
  /** Of the same length of time directly before; null when not asked for. */
  before: Rates | null
  timeline: RedLine
  before_timeline: RedLine | null
}

export interface RedAnswer extends OverTime {
  before: { from_ms: number; to_ms: number } | null
  /** Start of the earliest trace that is held: what lies before cannot be compared. */
  held_from_ms: number | null
  items: RedRow[]
  /** Rows that the limit cut. */
  left_out: number
}

export interface ServiceRow extends Rates {
  service: string
  namespace: string
  instances: number
  spans: number
  logs: number
  log_errors: number
  series: number
  last_seen_ms: number
  timeline: Moment[]
}

export interface OperationRow extends Rates {
  name: string
  kind: string
  route: string | null
  /** Of the slowest, to look at. */
  slowest_trace_id: string | null
  timeline: Moment[]
}

export interface TraceRow {
  trace_id: string
  /** Of the root, or of the earliest span while `rooted` is false. */
  name: string
  service: string
  kind: string
  route: string | null
  rooted: boolean
  start_ms: number
  /** ISO 8601, for people. */
  start_time: string | null
  duration_ms: number
  spans: number
  errors: number
  logs: number
  services: { service: string; spans: number }[]
}

export interface LinkRow {
  trace_id: string
  span_id: string
  attributes: Attributes
  /** The linked trace is here. */
  held: boolean
  /** Of the linked span; null when it is not here. */
  name: string | null
  service: string | null
}

/** A span elsewhere that links to this trace. */
export interface LinkedByRow {
  trace_id: string
  span_id: string
  name: string
  service: string
  start_ms: number
  /** The span of this trace that it names. */
  to_span_id: string
}

export interface ScatterPoint {
  trace_id: string
  name: string
  service: string
  time_ms: number
  duration_ms: number
  error: boolean
}

export interface ScatterAnswer {
  from_ms: number
  to_ms: number
  matched: number
  /** Matched and not among the points; errors and the slowest go last. */
  left_out: number
  errors_left_out: number
  /** Oldest first. */
  points: ScatterPoint[]
}

export interface Facet {
  key: string
  /** Commonest first. */
  values: { value: string; count: number }[]
  /** More distinct values were seen than are counted. */
  more: boolean
}

export interface FacetsAnswer {
  matched: number
  facets: Facet[]
}

export interface SpanRow {
  span_id: string
  parent_span_id: string | null
  name: string
  kind: string
  service: string
  instance: string
  scope: string
  start_ms: number
  duration_ms: number
  /** Its duration without what its children cover. */
  self_ms: number
  /** It has no end yet. */
  running: boolean
  /** Distance from the root of its tree; spans come in the order of a waterfall. */
  depth: number
  /** Its parent is not here. */
  orphan: boolean
  status: 'unset' | 'ok' | 'error'
  status_message: string
  trace_state: string
  attributes: Attributes
  events: { name: string; time_ms: number; attributes: Attributes }[]
  links: LinkRow[]
  logs: LogRow[]
  dropped: { attributes: number; events: number; links: number }
}

export interface TraceAnswer extends TraceRow {
  resources: { service: string; instance: string; attributes: Attributes }[]
  tree: SpanRow[]
  /** Logs of the trace that name no span that is here. */
  loose_logs: LogRow[]
  /** Spans of other traces that link here, newest arrival first. */
  linked_by: LinkedByRow[]
  linked_by_left_out: number
}

export interface LogRow {
  number: number
  time_ms: number
  /** ISO 8601, for people. */
  time: string | null
  severity: number
  severity_text: string
  body: Plain
  event_name: string
  service: string
  instance: string
  scope: string
  trace_id: string | null
  span_id: string | null
  attributes: Attributes
}

export type LogLevel = 'unspecified' | 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal'

export interface LogHistogram extends OverTime {
  matched: number
  /** Records per moment. */
  levels: Record<LogLevel, number[]>
}

export interface Page<T> {
  items: T[]
  /** Give it back as `cursor` for what follows; null at the end. */
  next_cursor: string | null
}

export interface MetricRow {
  name: string
  type: MetricType
  unit: string
  description: string
  services: string[]
  series: number
  last_ms: number
  /** Keys of its attributes, the first fifty. */
  labels: string[]
  /** How many are held. */
  exemplars: number
}

export interface PointRow {
  time_ms: number
  value: number | null
  count?: number
  bounds?: number[]
  buckets?: number[]
  quantiles?: { quantile: number; value: number | null }[]
}

export interface SeriesRow {
  service: string
  instance: string
  attributes: Attributes
  points: PointRow[]
  exemplars: { time_ms: number; value: number; trace_id: string; span_id: string; attributes: Attributes }[]
}

export interface SeriesAnswer {
  name: string
  type: MetricType
  unit: string
  description: string
  as: string
  series: SeriesRow[]
  /** How many matched; more than are shown when a limit cut. */
  matched: number
}

export interface ChartLine {
  /** Values of the keys that it was grouped by. */
  labels: Attributes
  /** Per moment; null where nothing is known. */
  values: (number | null)[]
}

export interface ChartExemplar {
  /** Index of its line. */
  line: number
  time_ms: number
  value: number
  trace_id: string
  span_id: string
  /** The trace is here. */
  held: boolean
}

export interface MetricChart extends OverTime {
  name: string
  type: MetricType
  unit: string
  description: string
  as: string
  aggregate: string
  by: string[]
  /** Series that matched. */
  matched: number
  lines: ChartLine[]
  /** Lines that the limit cut, those with the lowest values. */
  left_out: number
  exemplars: ChartExemplar[]
  /** For as=heatmap: per moment what was observed in each bucket, one more than there are bounds. */
  heatmap: { bounds: number[]; cells: number[][] } | null
  /** Attributes of all series of the metric; counts are series. */
  labels: Facet[]
}

/** A service's rates are of what came in, those of others of what was asked of them. */
export interface MapNode extends Rates {
  id: string
  name: string
  type: 'service' | 'database' | 'messaging' | 'external'
  /** Conditions on the spans that asked it, as `attribute` takes them; none for a service. */
  where: string[]
}

export interface MapEdge extends Rates {
  from: string
  to: string
  kind: 'call' | 'message'
}

export interface MapAnswer {
  nodes: MapNode[]
  edges: MapEdge[]
  /** Nodes past the most that are shown, those with the fewest requests. */
  left_out: number
}

export interface AttributeRow {
  key: string
  count: number
  values: { value: string; count: number }[]
  /** More distinct values were seen than are counted. */
  more: boolean
}

export interface SignalStatus {
  accepted: number
  duplicates: number
  dropped: number
  evicted: number
  cleared: number
  held: number
  bytes: number
  limit: number
  limit_bytes: number
  oldest_ms: number | null
}

export interface StoreStatus {
  started_ms: number
  now_ms: number
  traces: number
  series: number
  services: number
  signals: { spans: SignalStatus; logs: SignalStatus; points: SignalStatus }
}
