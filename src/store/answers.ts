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
  links: { trace_id: string; span_id: string; attributes: Attributes }[]
  logs: LogRow[]
  dropped: { attributes: number; events: number; links: number }
}

export interface TraceAnswer extends TraceRow {
  resources: { service: string; instance: string; attributes: Attributes }[]
  tree: SpanRow[]
  /** Logs of the trace that name no span that is here. */
  loose_logs: LogRow[]
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

export interface MapNode {
  id: string
  name: string
  type: 'service' | 'database' | 'messaging' | 'external'
}

export interface MapEdge extends Rates {
  from: string
  to: string
  kind: 'call' | 'message'
}

export interface MapAnswer {
  nodes: MapNode[]
  edges: MapEdge[]
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
