// The one table of every metric that we emit (ruling 11): the short Prometheus name of dashboards and alerts, the
// OpenTelemetry name that OTLP sends, type, unit, labels and help. Rooms take their instruments from it with
// `declare(registry, NAMES.…)`; the catalogue page, the dashboards and the linter read the same rows.
// It refuses labels that identify: no tenant, user, address, session or token is a label of any row (H-14, ruling 50).
import { DATABASE_BOUNDS, GC_BOUNDS, LATENCY_BOUNDS, MEMBERSHIP_BOUNDS } from './histogram.ts'
import type { Label } from './metric.ts'

/** What a switch of the configuration turns on and off as one. */
export type Group =
  | 'http'
  | 'database'
  | 'process'
  | 'runtime'
  | 'uptime'
  | 'app'
  | 'logs'
  | 'otel.sdk'
  | 'telltale'
  | 'custom'

export interface Name {
  readonly short: string
  readonly otel: string
  readonly type: 'counter' | 'updown' | 'gauge' | 'histogram'
  /** UCUM. */
  readonly unit: string
  readonly help: string
  readonly labels: readonly Label[]
  readonly group: Group
  /** `metrics.namespace` goes before the short name; process, runtime, uptime, log emissions and custom metrics keep theirs (ruling 54). */
  readonly namespaced: boolean
  readonly bounds?: readonly number[]
  /** `short`: a name that dashboards expect and OpenTelemetry has no word for, or has the fact already; `semconv`: the reverse. */
  readonly only?: 'short' | 'semconv'
  /** Callers add labels of their own to those of the row. */
  readonly open?: true
  /** The short name is shown from the count of this histogram; there is no instrument. */
  readonly countOf?: string
  /** Why the naming linter passes it over (rulings 8 and 55). */
  readonly exempt?: string
}

type Rest = Partial<Omit<Name, 'type' | 'short' | 'otel'>>

function row<T extends Name['type']>(
  type: T,
  group: Group,
  short: string,
  otel: string,
  rest: Rest,
): Name & { readonly type: T } {
  return {
    type,
    group,
    short,
    otel,
    unit: rest.unit ?? '',
    help: rest.help ?? '',
    labels: rest.labels ?? [],
    namespaced: rest.namespaced ?? (group === 'http' || group === 'database' || group === 'app'),
    ...(rest.bounds && { bounds: rest.bounds }),
    ...(rest.only && { only: rest.only }),
    ...(rest.open && { open: rest.open }),
    ...(rest.countOf && { countOf: rest.countOf }),
    ...(rest.exempt && { exempt: rest.exempt }),
  }
}

/** Labels by their short name; the attribute that carries the same fact in OTLP stands beside it. */
export const LABELS = {
  method: { short: 'method', semconv: 'http.request.method' },
  route: { short: 'route', semconv: 'http.route' },
  status: { short: 'status', semconv: 'http.response.status_code', int: true },
  serverAddress: { short: 'server_address', semconv: 'server.address' },
  serverPort: { short: 'server_port', semconv: 'server.port', int: true },
  errorType: { short: 'error_type', semconv: 'error.type' },
  queue: { short: 'queue', semconv: 'messaging.destination.name' },
  result: { short: 'result', semconv: 'telltale.result' },
  op: { short: 'op', semconv: 'telltale.operation' },
  slot: { short: 'slot', semconv: 'telltale.cdc.slot' },
  namespace: { short: 'namespace', semconv: 'db.namespace' },
  dbSystem: { short: 'db_system', semconv: 'db.system.name' },
  dbOperation: { short: 'db_operation', semconv: 'db.operation.name' },
  pool: { short: 'pool', semconv: 'db.client.connection.pool.name' },
  connectionState: { short: 'state', semconv: 'db.client.connection.state' },
  surface: { short: 'surface', semconv: 'telltale.surface' },
  level: { short: 'level', semconv: 'log.level' },
  version: { short: 'version', semconv: 'service.version' },
  metric: { short: 'metric', semconv: 'telltale.metric' },
  reason: { short: 'reason', semconv: 'telltale.reason' },
  componentType: { short: 'otel_component_type', semconv: 'otel.component.type' },
  componentName: { short: 'otel_component_name', semconv: 'otel.component.name' },
  samplingResult: { short: 'otel_span_sampling_result', semconv: 'otel.span.sampling_result' },
  parentOrigin: { short: 'otel_span_parent_origin', semconv: 'otel.span.parent.origin' },
  cpuMode: { short: 'mode', semconv: 'cpu.mode' },
  gcKind: { short: 'kind', semconv: 'v8js.gc.type' },
  heapSpace: { short: 'space', semconv: 'v8js.heap.space.name' },
  resourceType: { short: 'type', semconv: 'v8js.resource.type' },
  nodeVersion: { short: 'version', semconv: 'process.runtime.version' },
  nodeMajor: { short: 'major', semconv: 'nodejs.version.major' },
  nodeMinor: { short: 'minor', semconv: 'nodejs.version.minor' },
  nodePatch: { short: 'patch', semconv: 'nodejs.version.patch' },
  functionId: { short: 'function_id', semconv: 'function_id' },
  functionStatus: { short: 'status', semconv: 'status' },
  auditStatus: { short: 'status', semconv: 'telltale.audit.status' },
  slo: { short: 'slo', semconv: 'telltale.slo.name' },
  window: { short: 'window', semconv: 'telltale.slo.window' },
  workflow: { short: 'workflow', semconv: 'workflow.name' },
  workflowStep: { short: 'step', semconv: 'workflow.step.name' },
} as const satisfies Record<string, Label>

const L = LABELS
const component = [L.componentType, L.componentName]
const outcome = [L.componentType, L.componentName, L.errorType]
const TOTAL_GAUGE = 'prom-client publishes this gauge under a name that ends in _total, and dashboards read it so'

function lag(suffix: string, stat: string, help: string) {
  return row('gauge', 'runtime', `nodejs_eventloop_lag_${suffix}seconds`, `nodejs.eventloop.delay.${stat}`, {
    unit: 's',
    help,
  })
}

/** OpenTelemetry's heap spaces keep V8's own names (`new_space`), prom-client's lose the ending: one label cannot say both. */
function heapSpace(short: string, otel: string, help: string) {
  return row('gauge', 'runtime', `v8js_memory_heap_${short}_bytes`, `v8js.memory.heap.${otel}`, {
    unit: 'By',
    labels: [L.heapSpace],
    only: 'semconv',
    help,
  })
}

function queue(signal: 'span' | 'log', unit: string) {
  const what = signal === 'span' ? 'spans' : 'log records'
  const short = `otel_sdk_processor_${signal}`
  const otel = `otel.sdk.processor.${signal}`
  return {
    size: row('updown', 'otel.sdk', `${short}_queue_size`, `${otel}.queue.size`, {
      unit,
      labels: component,
      help: `Number of ${what} in the queue of the processor.`,
    }),
    capacity: row('updown', 'otel.sdk', `${short}_queue_capacity`, `${otel}.queue.capacity`, {
      unit,
      labels: component,
      help: `Most ${what} that the queue of the processor holds.`,
    }),
    processed: row('counter', 'otel.sdk', `${short}_processed_total`, `${otel}.processed`, {
      unit,
      labels: outcome,
      help: `Number of ${what} that the processor is done with; with an error type when they were dropped.`,
    }),
  }
}

function exporter(signal: 'span' | 'log' | 'metric_data_point', unit: string, what: string) {
  const short = `otel_sdk_exporter_${signal}`
  const otel = `otel.sdk.exporter.${signal}`
  return {
    inflight: row('updown', 'otel.sdk', `${short}_inflight`, `${otel}.inflight`, {
      unit,
      labels: component,
      help: `Number of ${what} handed to the exporter and not yet settled.`,
    }),
    exported: row('counter', 'otel.sdk', `${short}_exported_total`, `${otel}.exported`, {
      unit,
      labels: outcome,
      help: `Number of ${what} that the exporter is done with; with an error type when they were lost.`,
    }),
  }
}

const spanQueue = queue('span', '{span}')
const logQueue = queue('log', '{log_record}')
const spanExporter = exporter('span', '{span}', 'spans')
const logExporter = exporter('log', '{log_record}', 'log records')
const pointExporter = exporter('metric_data_point', '{data_point}', 'metric data points')
const HTTP_SERVER = [L.method, L.route, L.status]
const SQL = [L.op, L.result, L.dbSystem, L.dbOperation, L.serverAddress, L.serverPort, L.errorType]
const KV = [L.namespace, L.op, L.result]
const STEP = [L.workflow, L.workflowStep, L.result]

/** Workflows run for milliseconds or for days. */
const WORKFLOW_BOUNDS = [0.01, 0.05, 0.25, 1, 5, 30, 120, 600, 3600, 21_600, 86_400] as const

/** Messages wait longer than requests take. */
const AGE_BOUNDS = [0.005, 0.025, 0.1, 0.5, 1, 5, 15, 60, 300, 1800, 7200, 86_400] as const

export const NAMES = {
  // HTTP, W-12, H-08, H-09, R-14
  http_requests_total: row('counter', 'http', 'http_requests_total', '', {
    unit: '{request}',
    labels: HTTP_SERVER,
    only: 'short',
    countOf: 'http_request_duration_seconds',
    help: 'Number of HTTP requests answered, by method, route template and status code.',
  }),
  http_request_duration_seconds: row(
    'histogram',
    'http',
    'http_request_duration_seconds',
    'http.server.request.duration',
    {
      unit: 's',
      labels: HTTP_SERVER,
      bounds: LATENCY_BOUNDS,
      help: 'Duration of HTTP server requests in seconds.',
    },
  ),
  http_requests_in_flight: row('updown', 'http', 'http_requests_in_flight', 'http.server.active_requests', {
    unit: '{request}',
    labels: [L.method, L.route],
    help: 'Number of HTTP requests that are being answered.',
  }),
  http_connections_active: row('updown', 'http', 'http_connections_active', 'http.server.open_connections', {
    unit: '{connection}',
    help: 'Number of open sockets of HTTP servers.',
  }),
  http_client_request_duration_seconds: row(
    'histogram',
    'http',
    'http_client_request_duration_seconds',
    'http.client.request.duration',
    {
      unit: 's',
      labels: [L.method, L.serverAddress, L.serverPort, L.status, L.errorType],
      bounds: LATENCY_BOUNDS,
      help: 'Duration of HTTP client requests in seconds.',
    },
  ),

  // Application
  errors_total: row('counter', 'app', 'errors_total', 'telltale.errors', {
    unit: '{error}',
    labels: [L.surface, L.errorType],
    help: 'Number of operations that failed, by surface and error type.',
  }),

  // Access, R-46
  auth_requests_total: row('counter', 'app', 'auth_requests_total', 'telltale.auth.requests', {
    unit: '{request}',
    labels: [L.surface, L.result],
    help: 'Number of requests that had to prove who they are, by surface (scrape, console, admin, hub) and result (ok, missing, invalid, expired, scope, rate_limited, ip).',
  }),
  auth_tokens_active: row('gauge', 'app', 'auth_tokens_active', 'telltale.auth.tokens.active', {
    unit: '{token}',
    help: 'Number of tokens of the token store that are accepted now.',
  }),
  authz_membership_resolution_duration_seconds: row(
    'histogram',
    'app',
    'authz_membership_resolution_duration_seconds',
    'telltale.authz.membership.resolution.duration',
    {
      unit: 's',
      bounds: MEMBERSHIP_BOUNDS,
      help: 'Time in seconds that it took to find out what a caller is to the application.',
    },
  ),

  // Objectives, G-17 to G-22, R-41
  slo_objective: row('gauge', 'app', 'slo_objective', 'telltale.slo.objective', {
    unit: '1',
    labels: [L.slo],
    help: 'Promised part of good events of a service level objective, 0 to 1.',
  }),
  slo_value: row('gauge', 'app', 'slo_value', 'telltale.slo.value', {
    labels: [L.slo],
    help: 'What a service level objective is judged by: the percentile in seconds, or for a ratio the good part; absent without data.',
  }),
  slo_status: row('gauge', 'app', 'slo_status', 'telltale.slo.status', {
    unit: '1',
    labels: [L.slo],
    help: 'Whether a service level objective is met, 1 or 0; absent without data.',
  }),
  slo_error_budget_remaining_ratio: row(
    'gauge',
    'app',
    'slo_error_budget_remaining_ratio',
    'telltale.slo.error_budget.remaining',
    {
      unit: '1',
      labels: [L.slo],
      help: 'Part of the error budget that is left as far as this process has seen its window, 1 to 0, and below 0 when more was spent; absent without data.',
    },
  ),
  slo_burn_rate: row('gauge', 'app', 'slo_burn_rate', 'telltale.slo.burn_rate', {
    unit: '1',
    labels: [L.slo, L.window],
    help: 'How fast the error budget is spent over a window: at 1 it lasts exactly as long as it has to.',
  }),
  slo_events_total: row('counter', 'app', 'slo_events_total', 'telltale.slo.events', {
    unit: '{event}',
    labels: [L.slo, L.result],
    help: 'Number of pairs of events of an objective, by result: good, late, or expired when no end came.',
  }),
  slo_events_rejected_total: row('counter', 'app', 'slo_events_rejected_total', 'telltale.slo.events.rejected', {
    unit: '{event}',
    labels: [L.slo, L.reason],
    help: 'Number of events of an objective that count neither as good nor as bad, by reason: duplicate, unbegun, overflow, invalid.',
  }),
  slo_event_duration_seconds: row('histogram', 'app', 'slo_event_duration_seconds', 'telltale.slo.event.duration', {
    unit: 's',
    labels: [L.slo],
    bounds: LATENCY_BOUNDS,
    help: 'Time from the first event of a pair to the second in seconds, with the thresholds of the objectives among the bounds.',
  }),

  app_info: row('gauge', 'app', 'app_info', '', {
    labels: [L.version],
    only: 'short',
    help: 'Version of the application; the value is always 1.',
  }),
  uptime_seconds: row('gauge', 'uptime', 'uptime_seconds', 'process.uptime', {
    unit: 's',
    help: 'Seconds since telemetry started in this process, by the monotonic clock.',
  }),
  runtime_log_emissions_total: row('counter', 'logs', 'runtime_log_emissions_total', 'runtime.log.emissions', {
    unit: '{log_record}',
    labels: [L.level],
    help: 'Number of log records emitted, by level.',
  }),

  // Queues, W-14, W-29, G-29
  queue_published_total: row('counter', 'app', 'queue_published_total', 'messaging.client.sent.messages', {
    unit: '{message}',
    labels: [L.queue, L.errorType],
    help: 'Number of messages handed to a queue; with an error type when that failed.',
  }),
  queue_publish_duration_seconds: row(
    'histogram',
    'app',
    'queue_publish_duration_seconds',
    'messaging.client.operation.duration',
    {
      unit: 's',
      labels: [L.queue, L.errorType],
      bounds: LATENCY_BOUNDS,
      help: 'Duration of handing one message or one batch to a queue in seconds.',
    },
  ),
  queue_messages_total: row('counter', 'app', 'queue_messages_total', 'messaging.client.consumed.messages', {
    unit: '{message}',
    labels: [L.queue, L.result],
    help: 'Number of messages processed, by queue and by what became of them: ack or nack.',
  }),
  queue_process_duration_seconds: row(
    'histogram',
    'app',
    'queue_process_duration_seconds',
    'messaging.process.duration',
    {
      unit: 's',
      labels: [L.queue, L.result],
      bounds: LATENCY_BOUNDS,
      help: 'Duration of processing one message or one batch in seconds.',
    },
  ),
  queue_in_flight: row('updown', 'app', 'queue_in_flight', 'telltale.queue.in_flight', {
    unit: '{message}',
    labels: [L.queue],
    help: 'Number of messages that are being processed.',
  }),
  queue_message_age_seconds: row('histogram', 'app', 'queue_message_age_seconds', 'telltale.queue.message.age', {
    unit: 's',
    labels: [L.queue],
    bounds: AGE_BOUNDS,
    help: 'Time from when a message was due to when its processing began in seconds.',
  }),
  queue_lag: row('gauge', 'app', 'queue_lag', 'telltale.queue.lag', {
    unit: '{message}',
    labels: [L.queue],
    help: 'Number of messages that wait for a consumer.',
  }),

  // Child processes, worker threads and scheduled jobs, W-15
  process_started_total: row('counter', 'app', 'process_started_total', 'telltale.process.started', {
    unit: '{process}',
    help: 'Number of child processes, worker threads and scheduled jobs started.',
  }),
  process_terminated_total: row('counter', 'app', 'process_terminated_total', 'telltale.process.terminated', {
    unit: '{process}',
    labels: [L.result],
    help: 'Number of child processes, worker threads and scheduled jobs that ended, by result: completed or error.',
  }),
  process_active: row('updown', 'app', 'process_active', 'telltale.process.active', {
    unit: '{process}',
    help: 'Number of child processes, worker threads and scheduled jobs that run.',
  }),

  // Functions, W-13; the low-cardinality keys of a call are labels too
  function_calls_total: row('counter', 'app', 'function_calls_total', 'telltale.function.calls', {
    unit: '{call}',
    labels: [L.functionId, L.functionStatus],
    open: true,
    help: 'Number of calls of observed functions, by function, outcome (success or error) and low-cardinality keys.',
  }),
  function_duration_seconds: row('histogram', 'app', 'function_duration_seconds', 'telltale.function.duration', {
    unit: 's',
    labels: [L.functionId],
    open: true,
    bounds: LATENCY_BOUNDS,
    help: 'Duration of calls of observed functions in seconds, by function and low-cardinality keys.',
  }),
  function_in_flight: row('updown', 'app', 'function_in_flight', 'telltale.function.active_calls', {
    unit: '{call}',
    labels: [L.functionId],
    open: true,
    help: 'Number of calls of observed functions that are under way, by function and low-cardinality keys.',
  }),
  function_cold_starts_total: row('counter', 'app', 'function_cold_starts_total', 'faas.coldstarts', {
    unit: '{coldstart}',
    labels: [L.functionId],
    help: 'Number of first calls of observed functions in this process, by function.',
  }),

  // Workflows, W-21, G-29
  workflow_started_total: row('counter', 'app', 'workflow_started_total', 'telltale.workflow.started', {
    unit: '{workflow}',
    labels: [L.workflow],
    help: 'Number of runs of workflows that began in this process.',
  }),
  workflow_recovered_total: row('counter', 'app', 'workflow_recovered_total', 'telltale.workflow.recovered', {
    unit: '{workflow}',
    labels: [L.workflow],
    help: 'Number of those runs that went on with a workflow whose earlier run did not end.',
  }),
  workflow_completed_total: row('counter', 'app', 'workflow_completed_total', 'telltale.workflow.completed', {
    unit: '{workflow}',
    labels: [L.workflow, L.result],
    help: 'Number of runs of workflows that ended, by result: success, failure, cancelled, or abandoned to another process.',
  }),
  workflow_active: row('updown', 'app', 'workflow_active', 'telltale.workflow.active', {
    unit: '{workflow}',
    labels: [L.workflow],
    help: 'Number of workflows that run in this process.',
  }),
  workflow_duration_seconds: row('histogram', 'app', 'workflow_duration_seconds', 'telltale.workflow.duration', {
    unit: 's',
    labels: [L.workflow, L.result],
    bounds: WORKFLOW_BOUNDS,
    help: 'Duration of runs of workflows in seconds.',
  }),
  workflow_queue_wait_seconds: row('histogram', 'app', 'workflow_queue_wait_seconds', 'telltale.workflow.queue.wait', {
    unit: 's',
    labels: [L.workflow],
    bounds: AGE_BOUNDS,
    help: 'Time from when a queued workflow could have run to when it ran in seconds.',
  }),
  workflow_steps_total: row('counter', 'app', 'workflow_steps_total', '', {
    unit: '{step}',
    labels: STEP,
    only: 'short',
    countOf: 'workflow_step_duration_seconds',
    help: 'Number of attempts at steps of workflows, by result: success or failure.',
  }),
  workflow_step_duration_seconds: row(
    'histogram',
    'app',
    'workflow_step_duration_seconds',
    'telltale.workflow.step.duration',
    {
      unit: 's',
      labels: STEP,
      bounds: WORKFLOW_BOUNDS,
      help: 'Duration of attempts at steps of workflows in seconds.',
    },
  ),
  workflow_step_retries_total: row('counter', 'app', 'workflow_step_retries_total', 'telltale.workflow.step.retries', {
    unit: '{attempt}',
    labels: [L.workflow, L.workflowStep],
    help: 'Number of attempts at steps of workflows that were not the first.',
  }),

  // Databases, W-17, R-12, R-14
  sql_ops_total: row('counter', 'database', 'sql_ops_total', '', {
    unit: '{operation}',
    labels: SQL,
    only: 'short',
    countOf: 'sql_op_duration_seconds',
    help: 'Number of SQL operations, by kind (query answers rows, exec does not) and result (ok or error).',
  }),
  sql_op_duration_seconds: row('histogram', 'database', 'sql_op_duration_seconds', 'db.client.operation.duration', {
    unit: 's',
    labels: SQL,
    bounds: DATABASE_BOUNDS,
    help: 'Duration of SQL operations in seconds, as the client sees them.',
  }),
  database_connections_active: row('gauge', 'database', 'database_connections_active', '', {
    unit: '{connection}',
    labels: [L.pool],
    only: 'short',
    help: 'Number of connections of a pool that are in use.',
  }),
  database_connections_idle: row('gauge', 'database', 'database_connections_idle', '', {
    unit: '{connection}',
    labels: [L.pool],
    only: 'short',
    help: 'Number of open connections of a pool that nobody uses.',
  }),
  db_client_connection_count: row('updown', 'database', 'db_client_connection_number', 'db.client.connection.count', {
    unit: '{connection}',
    labels: [L.pool, L.connectionState],
    only: 'semconv',
    exempt: 'under OpenTelemetry naming it ends in _count, as the conventions call it',
    help: 'Number of open connections of a pool, by whether they are in use.',
  }),
  database_connections_max: row('updown', 'database', 'database_connections_max', 'db.client.connection.max', {
    unit: '{connection}',
    labels: [L.pool],
    help: 'Most connections that a pool opens.',
  }),
  database_connections_pending: row(
    'updown',
    'database',
    'database_connections_pending',
    'db.client.connection.pending_requests',
    {
      unit: '{request}',
      labels: [L.pool],
      help: 'Number of callers that wait for a connection of a pool.',
    },
  ),

  // Key-value stores, W-16
  kv_ops_total: row('counter', 'database', 'kv_ops_total', '', {
    unit: '{operation}',
    labels: KV,
    only: 'short',
    countOf: 'kv_op_duration_seconds',
    help: 'Number of key-value operations (get, set, delete, put) by result: ok, not_found, error.',
  }),
  kv_op_duration_seconds: row('histogram', 'database', 'kv_op_duration_seconds', 'telltale.kv.operation.duration', {
    unit: 's',
    labels: KV,
    bounds: DATABASE_BOUNDS,
    help: 'Duration of key-value operations in seconds.',
  }),

  // Change data capture, W-18
  cdc_changes_total: row('counter', 'app', 'cdc_changes_total', 'telltale.cdc.changes', {
    unit: '{change}',
    labels: [L.slot, L.op],
    help: 'Number of changes that a replication slot delivered (insert, update, delete, truncate) and of rows of snapshots.',
  }),
  cdc_errors_total: row('counter', 'app', 'cdc_errors_total', 'telltale.cdc.errors', {
    unit: '{error}',
    labels: [L.slot],
    help: 'Number of failures of consumers of a replication slot, and of the slot itself.',
  }),
  cdc_commit_age_seconds: row('histogram', 'app', 'cdc_commit_age_seconds', 'telltale.cdc.commit.age', {
    unit: 's',
    labels: [L.slot],
    bounds: AGE_BOUNDS,
    help: 'Time from the commit of a transaction to when all of it had been delivered in seconds.',
  }),
  cdc_retained_wal_bytes: row('gauge', 'app', 'cdc_retained_wal_bytes', 'telltale.cdc.wal.retained', {
    unit: 'By',
    labels: [L.slot],
    help: 'WAL that the server keeps for a replication slot in bytes.',
  }),
  cdc_unconfirmed_wal_bytes: row('gauge', 'app', 'cdc_unconfirmed_wal_bytes', 'telltale.cdc.wal.unconfirmed', {
    unit: 'By',
    labels: [L.slot],
    help: 'WAL that the consumer of a logical replication slot has not acknowledged in bytes.',
  }),
  cdc_safe_wal_bytes: row('gauge', 'app', 'cdc_safe_wal_bytes', 'telltale.cdc.wal.safe', {
    unit: 'By',
    labels: [L.slot],
    help: 'WAL that can be written until a replication slot is in danger of being lost in bytes; absent where nothing limits it.',
  }),
  cdc_slot_active: row('gauge', 'app', 'cdc_slot_active', 'telltale.cdc.slot.active', {
    unit: '1',
    labels: [L.slot],
    help: 'Whether a consumer is connected to a replication slot, 1 or 0.',
  }),
  cdc_slot_lost: row('gauge', 'app', 'cdc_slot_lost', 'telltale.cdc.slot.lost', {
    unit: '1',
    labels: [L.slot],
    help: 'Whether a replication slot is lost, 1 or 0: WAL that it needs is gone, and its consumer has to begin anew.',
  }),

  // Event buses, W-19
  eventbus_subscribers_active: row(
    'gauge',
    'app',
    'eventbus_subscribers_active',
    'telltale.eventbus.subscribers.active',
    {
      unit: '{subscriber}',
      namespaced: false,
      help: 'Number of listeners of all observed event buses.',
    },
  ),
  eventbus_subscribers_rejected_total: row(
    'counter',
    'app',
    'eventbus_subscribers_rejected_total',
    'telltale.eventbus.subscribers.rejected',
    {
      unit: '{subscriber}',
      labels: [L.reason],
      namespaced: false,
      help: 'Number of listeners that were turned away, by reason: cap.',
    },
  ),
  eventbus_dispatch_failures_total: row(
    'counter',
    'app',
    'eventbus_dispatch_failures_total',
    'telltale.eventbus.dispatch.failures',
    {
      unit: '{failure}',
      labels: [L.errorType],
      namespaced: false,
      help: 'Number of errors that listeners of observed event buses threw, by error type.',
    },
  ),

  // The audit trail, S-18
  audit_chain_appends_total: row('counter', 'app', 'audit_chain_appends_total', 'telltale.audit.chain.appends', {
    unit: '{row}',
    labels: [L.auditStatus],
    help: 'Number of audit rows by what became of them: signed (in the chain), fallback (said in the log, since the store did not take it), error (refused, and whoever recorded it failed).',
  }),
  audit_chain_depth: row('gauge', 'app', 'audit_chain_depth', 'telltale.audit.chain.depth', {
    unit: '{row}',
    help: 'Number of the last row that this process added to the audit trail, rows that were pruned included.',
  }),
  audit_chain_last_append_timestamp_seconds: row(
    'gauge',
    'app',
    'audit_chain_last_append_timestamp_seconds',
    'telltale.audit.chain.last_append.timestamp',
    {
      unit: 's',
      help: 'When this process last added a row to the audit trail, in seconds since the Unix epoch.',
    },
  ),

  // Process, under prom-client's names
  process_cpu_time: row('counter', 'process', 'process_cpu_time_seconds_total', 'process.cpu.time', {
    unit: 's',
    labels: [L.cpuMode],
    only: 'semconv',
    help: 'CPU time spent by the process in seconds, by mode.',
  }),
  process_cpu_user_seconds_total: row('counter', 'process', 'process_cpu_user_seconds_total', '', {
    unit: 's',
    only: 'short',
    help: 'User CPU time spent by the process in seconds.',
  }),
  process_cpu_system_seconds_total: row('counter', 'process', 'process_cpu_system_seconds_total', '', {
    unit: 's',
    only: 'short',
    help: 'System CPU time spent by the process in seconds.',
  }),
  process_cpu_seconds_total: row('counter', 'process', 'process_cpu_seconds_total', '', {
    unit: 's',
    only: 'short',
    help: 'User and system CPU time spent by the process in seconds.',
  }),
  process_start_time_seconds: row('gauge', 'process', 'process_start_time_seconds', '', {
    unit: 's',
    only: 'short',
    help: 'Start of the process in seconds since the Unix epoch.',
  }),
  process_resident_memory_bytes: row('gauge', 'process', 'process_resident_memory_bytes', 'process.memory.usage', {
    unit: 'By',
    help: 'Resident memory of the process in bytes.',
  }),
  process_virtual_memory_bytes: row('gauge', 'process', 'process_virtual_memory_bytes', 'process.memory.virtual', {
    unit: 'By',
    help: 'Virtual memory of the process in bytes.',
  }),
  process_heap_bytes: row('gauge', 'process', 'process_heap_bytes', '', {
    unit: 'By',
    only: 'short',
    help: 'Size of the data segment of the process in bytes.',
  }),
  process_open_fds: row('gauge', 'process', 'process_open_fds', 'process.unix.file_descriptor.count', {
    unit: '{file_descriptor}',
    exempt: 'under OpenTelemetry naming it ends in _count, as the conventions call it',
    help: 'Number of open file descriptors.',
  }),
  process_max_fds: row('gauge', 'process', 'process_max_fds', '', {
    unit: '{file_descriptor}',
    only: 'short',
    help: 'Most file descriptors that the process may open.',
  }),

  // Runtime, under prom-client's names
  nodejs_eventloop_lag_seconds: row('gauge', 'runtime', 'nodejs_eventloop_lag_seconds', '', {
    unit: 's',
    only: 'short',
    help: 'Time that one turn of the event loop took in seconds, at the last collection.',
  }),
  nodejs_eventloop_lag_min_seconds: lag(
    'min_',
    'min',
    'Least delay of the event loop since the last collection in seconds.',
  ),
  nodejs_eventloop_lag_max_seconds: lag(
    'max_',
    'max',
    'Greatest delay of the event loop since the last collection in seconds.',
  ),
  nodejs_eventloop_lag_mean_seconds: lag(
    'mean_',
    'mean',
    'Mean delay of the event loop since the last collection in seconds.',
  ),
  nodejs_eventloop_lag_stddev_seconds: lag(
    'stddev_',
    'stddev',
    'Standard deviation of the delay of the event loop since the last collection in seconds.',
  ),
  nodejs_eventloop_lag_p50_seconds: lag(
    'p50_',
    'p50',
    'Median delay of the event loop since the last collection in seconds.',
  ),
  nodejs_eventloop_lag_p90_seconds: lag(
    'p90_',
    'p90',
    '90th percentile of the delay of the event loop since the last collection in seconds.',
  ),
  nodejs_eventloop_lag_p99_seconds: lag(
    'p99_',
    'p99',
    '99th percentile of the delay of the event loop since the last collection in seconds.',
  ),
  nodejs_eventloop_utilization: row(
    'gauge',
    'runtime',
    'nodejs_eventloop_utilization',
    'nodejs.eventloop.utilization',
    { unit: '1', help: 'Part of the time since the last collection in which the event loop was busy, 0 to 1.' },
  ),
  nodejs_active_resources: row('gauge', 'runtime', 'nodejs_active_resources', 'v8js.resource.active', {
    unit: '{resource}',
    labels: [L.resourceType],
    help: 'Number of resources that keep the event loop alive, by type.',
  }),
  nodejs_active_resources_total: row('gauge', 'runtime', 'nodejs_active_resources_total', '', {
    only: 'short',
    exempt: TOTAL_GAUGE,
    help: 'Number of resources that keep the event loop alive.',
  }),
  nodejs_active_handles: row('gauge', 'runtime', 'nodejs_active_handles', '', {
    only: 'short',
    labels: [L.resourceType],
    help: 'Number of open libuv handles, by type.',
  }),
  nodejs_active_handles_total: row('gauge', 'runtime', 'nodejs_active_handles_total', '', {
    only: 'short',
    exempt: TOTAL_GAUGE,
    help: 'Number of open libuv handles.',
  }),
  nodejs_active_requests: row('gauge', 'runtime', 'nodejs_active_requests', '', {
    only: 'short',
    labels: [L.resourceType],
    help: 'Number of libuv requests under way, by type.',
  }),
  nodejs_active_requests_total: row('gauge', 'runtime', 'nodejs_active_requests_total', '', {
    only: 'short',
    exempt: TOTAL_GAUGE,
    help: 'Number of libuv requests under way.',
  }),
  nodejs_heap_size_total_bytes: row('gauge', 'runtime', 'nodejs_heap_size_total_bytes', '', {
    unit: 'By',
    only: 'short',
    help: 'Heap size of V8 in bytes.',
  }),
  nodejs_heap_size_used_bytes: row('gauge', 'runtime', 'nodejs_heap_size_used_bytes', '', {
    unit: 'By',
    only: 'short',
    help: 'Heap of V8 in use in bytes.',
  }),
  nodejs_external_memory_bytes: row('gauge', 'runtime', 'nodejs_external_memory_bytes', '', {
    unit: 'By',
    only: 'short',
    help: 'Memory of C++ objects bound to JavaScript objects in bytes.',
  }),
  nodejs_heap_space_size_total_bytes: row('gauge', 'runtime', 'nodejs_heap_space_size_total_bytes', '', {
    only: 'short',
    unit: 'By',
    labels: [L.heapSpace],
    help: 'Size of a heap space in bytes.',
  }),
  nodejs_heap_space_size_used_bytes: row('gauge', 'runtime', 'nodejs_heap_space_size_used_bytes', '', {
    only: 'short',
    unit: 'By',
    labels: [L.heapSpace],
    help: 'Bytes in use of a heap space.',
  }),
  nodejs_heap_space_size_available_bytes: row('gauge', 'runtime', 'nodejs_heap_space_size_available_bytes', '', {
    only: 'short',
    unit: 'By',
    labels: [L.heapSpace],
    help: 'Bytes available in a heap space.',
  }),
  v8js_memory_heap_used_bytes: heapSpace('used', 'used', 'Bytes in use of a heap space.'),
  v8js_memory_heap_space_size_bytes: heapSpace('space_size', 'space.size', 'Size of a heap space in bytes.'),
  v8js_memory_heap_space_available_size_bytes: heapSpace(
    'space_available_size',
    'space.available_size',
    'Bytes available in a heap space.',
  ),
  v8js_memory_heap_space_physical_size_bytes: heapSpace(
    'space_physical_size',
    'space.physical_size',
    'Committed physical size of a heap space in bytes.',
  ),
  nodejs_version_info: row('gauge', 'runtime', 'nodejs_version_info', '', {
    only: 'short',
    labels: [L.nodeVersion, L.nodeMajor, L.nodeMinor, L.nodePatch],
    help: 'Version of Node.js; the value is always 1.',
  }),
  nodejs_gc_duration_seconds: row('histogram', 'runtime', 'nodejs_gc_duration_seconds', 'v8js.gc.duration', {
    unit: 's',
    labels: [L.gcKind],
    bounds: GC_BOUNDS,
    help: 'Duration of garbage collections in seconds, by kind.',
  }),

  // Telemetry about telemetry, by the conventions for OpenTelemetry SDKs
  otel_sdk_span_started_total: row('counter', 'otel.sdk', 'otel_sdk_span_started_total', 'otel.sdk.span.started', {
    unit: '{span}',
    labels: [L.parentOrigin, L.samplingResult],
    help: 'Number of spans started.',
  }),
  otel_sdk_span_live: row('updown', 'otel.sdk', 'otel_sdk_span_live', 'otel.sdk.span.live', {
    unit: '{span}',
    labels: [L.samplingResult],
    help: 'Number of spans started and not ended.',
  }),
  otel_sdk_log_created_total: row('counter', 'otel.sdk', 'otel_sdk_log_created_total', 'otel.sdk.log.created', {
    unit: '{log_record}',
    help: 'Number of log records submitted.',
  }),
  otel_sdk_processor_span_queue_size: spanQueue.size,
  otel_sdk_processor_span_queue_capacity: spanQueue.capacity,
  otel_sdk_processor_span_processed_total: spanQueue.processed,
  otel_sdk_processor_log_queue_size: logQueue.size,
  otel_sdk_processor_log_queue_capacity: logQueue.capacity,
  otel_sdk_processor_log_processed_total: logQueue.processed,
  otel_sdk_exporter_span_inflight: spanExporter.inflight,
  otel_sdk_exporter_span_exported_total: spanExporter.exported,
  otel_sdk_exporter_log_inflight: logExporter.inflight,
  otel_sdk_exporter_log_exported_total: logExporter.exported,
  otel_sdk_exporter_metric_data_point_inflight: pointExporter.inflight,
  otel_sdk_exporter_metric_data_point_exported_total: pointExporter.exported,
  otel_sdk_exporter_operation_duration_seconds: row(
    'histogram',
    'otel.sdk',
    'otel_sdk_exporter_operation_duration_seconds',
    'otel.sdk.exporter.operation.duration',
    {
      unit: 's',
      labels: [L.componentType, L.componentName, L.errorType, L.status],
      bounds: LATENCY_BOUNDS,
      help: 'Duration of one export in seconds.',
    },
  ),
  otel_sdk_metric_reader_collection_duration_seconds: row(
    'histogram',
    'otel.sdk',
    'otel_sdk_metric_reader_collection_duration_seconds',
    'otel.sdk.metric_reader.collection.duration',
    {
      unit: 's',
      labels: outcome,
      bounds: LATENCY_BOUNDS,
      help: 'Duration of one collection of metrics in seconds.',
    },
  ),
  telltale_metrics_rejected_total: row(
    'counter',
    'telltale',
    'telltale_metrics_rejected_total',
    'telltale.metrics.rejected',
    {
      unit: '{measurement}',
      labels: [L.metric, L.reason],
      help: 'Number of measurements and declarations refused, by metric and reason.',
    },
  ),
  telltale_metrics_overflow_total: row(
    'counter',
    'telltale',
    'telltale_metrics_overflow_total',
    'telltale.metrics.overflow',
    {
      unit: '{measurement}',
      labels: [L.metric],
      help: 'Number of measurements that went into the overflow series of a metric because its series limit was reached.',
    },
  ),
} as const satisfies Record<string, Name>

/** Second spellings of one series (ruling 55): shown where a configuration declares or alerts on them, by `aliasViews`. */
export const ALIASES: Readonly<Record<string, string>> = {
  application_uptime_seconds: 'uptime_seconds',
  application_version_info: 'app_info',
  function_calls: 'function_calls_total',
  function_duration: 'function_duration_seconds',
  database_query_duration_seconds: 'sql_op_duration_seconds',
}

/** Values that a label may take where the set is closed; zero-initialised series use no others (ruling 12). */
export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'] as const
