// What the operations endpoints answer: types alone, which the page takes by `import type`. Times are RFC 3339 in UTC; rates
// are parts from 0 to 1. What cannot be known is null, and the reason stands beside it. Nothing in an answer names a host, an
// address or a credential; the only URLs are those of `ops.runbooks`, which are meant to be shown.

import type { IncidentClass } from '../../objectives/incidents.ts'

/** `cluster`: a store or a Prometheus that every instance shares. `single-instance`: what this process has seen. */
export type Scope = 'cluster' | 'single-instance'

export type Severity = 'warning' | 'critical'

// --- GET /admin/ops/overview ----------------------------------------------------------------------------------------------

export interface Overview {
  readonly generated_at: string
  /** Age of the oldest figure in the answer, sources of `ops` included. */
  readonly freshness_seconds: number
  /** Of every part that does not say otherwise. */
  readonly scope: 'single-instance'
  /** `console.instance`: opaque. */
  readonly instance: string
  readonly health: HealthRollup
  readonly queue_depth: QueueDepth
  /** Each of `ops.queues`, in that order. */
  readonly queues: readonly QueueState[]
  /** Null where `ops.outbox` is not configured. */
  readonly outbox: OutboxState | null
  /** No publish failure in the rolling window; says nothing about what failed before (`dlq_pending`). */
  readonly outbox_relay_ok: boolean | null
  readonly throughput: Throughput
  readonly latency: Latency
  readonly error_rates: ErrorRates
  /** The whole service, from Prometheus. Null where `ops.prometheus_url` is not set. */
  readonly fleet: FleetState | null
  /** Open ones, the worst and then the oldest first. */
  readonly incidents: readonly Incident[]
  /** Closed ones, the last first; at most 50. */
  readonly recent: readonly ClosedIncident[]
  /** Null while no incident is open. */
  readonly highest_severity: Severity | null
  /** Why a figure is null, by its key: `queue_depth.nats`, `outbox_relay_ok`, `fleet`, … */
  readonly reasons: Readonly<Record<string, string>>
}

export interface HealthRollup {
  readonly status: 'ok' | 'degraded' | 'unhealthy' | null
  readonly components: readonly HealthComponent[]
}

export interface HealthComponent {
  readonly name: string
  readonly status: 'ok' | 'fail' | 'unknown'
  /** Without it the service cannot work. */
  readonly critical: boolean
  readonly duration_ms: number
  /** Null while it is ok. */
  readonly reason: string | null
}

export interface QueueDepth {
  /** Messages that wait in all queues with `source: nats`; null where one of them is not known. */
  readonly nats: number | null
  /** Rows that wait in all queues with `source: sql`. */
  readonly node_tasks: number | null
  /** Messages of the outbox that failed for good. */
  readonly dlq_pending: number | null
}

export interface QueueState {
  readonly name: string
  readonly source: 'nats' | 'sql' | 'metric'
  readonly scope: Scope
  /** What waits. */
  readonly depth: number | null
  /** Handed to a worker and not settled; null where the source does not tell. */
  readonly in_flight: number | null
  /** From this depth on it is an incident. */
  readonly backlog: number
  /** When it was counted. */
  readonly measured_at: string | null
  /** Why there is no depth; null where there is one. */
  readonly reason: string | null
}

export interface OutboxState {
  readonly scope: Scope
  readonly pending: number | null
  /** Failed for good: the rows of `ops.outbox.dead_letter`, or those of the table that failed; the same as `dlq_pending`. */
  readonly failed: number | null
  /** Age of the message that waits longest; null where none waits, or the table does not say. */
  readonly oldest_seconds: number | null
  /** Publish failures in the rolling window, by the table; null where it has no time of failure. */
  readonly recent_failures: number | null
  readonly measured_at: string | null
  /** Why nothing is known; null otherwise. */
  readonly reason: string | null
}

export interface Throughput {
  /** Requests per second that were answered. */
  readonly rps: number
  readonly window_seconds: number
  /** How much of the window this process has seen. */
  readonly covered_seconds: number
  readonly request_count: number
}

/** Over the window of `throughput`; null while there was no request. */
export interface Latency {
  readonly p50_ms: number | null
  readonly p95_ms: number | null
  readonly p99_ms: number | null
}

export interface ErrorRates {
  /** Over the window of `throughput`; null while there was no request. */
  readonly http_5xx_rate: number | null
  /** Surfaces that did something since the process began, in a fixed order. */
  readonly by_surface: readonly SurfaceErrors[]
}

export type Surface =
  | 'http_server'
  | 'http_client'
  | 'queue_publish'
  | 'queue_process'
  | 'function'
  | 'workflow'
  | 'process'
  | 'sql'
  | 'kv'
  | 'cdc'
  | 'events'
  | 'exporter'

export interface SurfaceErrors {
  readonly surface: Surface
  /** Errors as a part of all; null while nothing happened, or where only errors are counted. */
  readonly rate: number | null
  readonly errors: number
  /** Null where only errors are counted. */
  readonly total: number | null
  readonly window_seconds: number
  readonly covered_seconds: number
}

/** Figures are null, and `reason` says why, while Prometheus does not answer or has nothing of the service. */
export interface FleetState {
  readonly scope: 'cluster'
  readonly source: 'prometheus'
  readonly window_seconds: number
  readonly rps: number | null
  readonly error_rate: number | null
  readonly p50_ms: number | null
  readonly p95_ms: number | null
  readonly p99_ms: number | null
  /** That Prometheus scrapes, those that do not answer included. */
  readonly instances: number | null
  readonly instances_up: number | null
  readonly measured_at: string | null
  readonly reason: string | null
}

export interface Incident {
  /** Of this one incident: another of the same kind has another id. */
  readonly id: string
  readonly class: IncidentClass
  readonly severity: Severity
  readonly opened_at: string
  /** False: it may have begun before this process looked. */
  readonly opened_at_exact: boolean
  /** What is wrong, for a person: `120 messages wait in orders (100 are a backlog)`. */
  readonly detail: string
  /** Such as `ops.outbox.relay`; null where none is known. */
  readonly runbook: string | null
  /** What `ops.runbooks` has for it, or an objective's own. */
  readonly runbook_url: string | null
}

export interface ClosedIncident extends Incident {
  readonly closed_at: string
}

// --- GET /api/v1/admin/outbox/messages, GET /api/v1/admin/dlq/messages -----------------------------------------------------

export type MessageStatus = 'pending' | 'failed' | 'published' | 'discarded' | 'other'

/** `?status=`, `?limit=` from 1 to 200 (50), `?offset=` from 0 to 10 000. The outbox: oldest first; dead letters: last first. */
export interface MessagesAnswer {
  readonly generated_at: string
  readonly scope: Scope
  readonly instance: string
  readonly list: 'outbox' | 'dlq'
  /** What was asked for: `pending` and `failed`, `all` with everything; the outbox alone is filtered. */
  readonly status: 'pending' | 'failed' | 'all'
  /** Of the filter. */
  readonly total: number
  readonly limit: number
  readonly offset: number
  readonly messages: readonly Message[]
}

/** What a message is; never what is in it. Fields that the table has no column for are null. */
export interface Message {
  readonly id: string
  readonly status: MessageStatus
  readonly event_type: string | null
  readonly created_at: string | null
  readonly failed_at: string | null
  readonly attempts: number | null
  /** Sanitised, at most 500 characters. */
  readonly last_error: string | null
}

/** Errors: 400 invalid_request, 401, 403 admin_required or cross_site, 404 not_found, 409 conflict, 503 service_unavailable. */
export interface MessageAction {
  readonly id: string
  readonly list: 'outbox' | 'dlq'
  readonly action: 'requeue' | 'discard'
  /** False: it was so before. */
  readonly changed: boolean
  /** What it is now; `gone` where discarding removes the row. */
  readonly status: MessageStatus | 'gone'
}

// --- GET /api/v1/admin/telemetry/fleet?range=1h&points=60 ------------------------------------------------------------------

/** `range` from 5m to 7d, `points` from 2 to 500; 400 invalid_request otherwise, 503 while Prometheus does not answer. */
export interface FleetSeries {
  readonly generated_at: string
  /** `cluster` from Prometheus; without one, what this process has in its request log. */
  readonly scope: Scope
  readonly source: 'prometheus' | 'request_log'
  readonly instance: string
  readonly range_seconds: number
  readonly step_seconds: number
  /** Oldest first; `points` of them, the last one now. */
  readonly points: readonly FleetPoint[]
  /** What limits the answer; null where nothing does. */
  readonly reason: string | null
}

/** Of the step that ends at `time`; null: nothing is known of it, or there was no request to take it from. */
export interface FleetPoint {
  readonly time: string
  readonly rps: number | null
  readonly error_rate: number | null
  readonly p50_ms: number | null
  readonly p95_ms: number | null
  readonly p99_ms: number | null
  readonly instances_up: number | null
}
