// Figures of a service as its endpoints say them, in states that a test wants to see; typed, so that they are what the page is given.
import type {
  CardinalityAnswer,
  ExportersAnswer,
  InstrumentationAnswer,
  RuntimeAnswer,
} from '../../src/console/control/answers.ts'
import type { TenantsFigure } from '../../src/console/figures/tenants.ts'
import type { TrafficFigure } from '../../src/console/figures/traffic.ts'
import type { Activity } from '../../src/inventory/activity.ts'
import type { ResourceCounts } from '../../src/inventory/counts.ts'
import type { ResourceDistribution } from '../../src/inventory/distribution.ts'

const GENERATED = () => new Date().toISOString()
const ALONE = { scope: 'single-instance', instance: 'shop-1' } as const
const DAY_MS = 86_400_000
const dayText = (ago: number): string => new Date(Date.now() - ago * DAY_MS).toISOString().slice(0, 10)

export function traffic(change: Partial<TrafficFigure> = {}): TrafficFigure {
  const window = change.window_seconds ?? 3600
  return {
    ...ALONE,
    generated_at: GENERATED(),
    window_seconds: window,
    covered_seconds: window,
    sample_count: 7200,
    requests_per_second: 2,
    latency_ms: { p50: 12.3, p95: 88, p99: 240.4 },
    error_rate: 0.0125,
    status_classes: { '2xx': 7000, '3xx': 40, '4xx': 70, '5xx': 90 },
    series: Array.from({ length: 30 }, (_, i) => ({
      offset_seconds: window - (i * window) / 30,
      requests_per_second: 2 + Math.sin(i / 3),
      p95_ms: 80 + 10 * Math.cos(i / 2),
    })),
    ...change,
  }
}

export const quiet = (): TrafficFigure =>
  traffic({
    covered_seconds: 0,
    sample_count: 0,
    requests_per_second: 0,
    latency_ms: { p50: 0, p95: 0, p99: 0 },
    error_rate: 0,
    status_classes: { '2xx': 0, '3xx': 0, '4xx': 0, '5xx': 0 },
    series: traffic().series.map((bucket) => ({ ...bucket, requests_per_second: 0, p95_ms: 0 })),
  })

export const tenants = (count: number): TenantsFigure => ({
  instance: 'shop-1',
  resources_scope: 'cluster',
  traffic_scope: 'single-instance',
  generated_at: GENERATED(),
  window_seconds: 3600,
  tenant_count: count,
  tenants: Array.from({ length: count }, (_, i) => ({
    tenant: `tenant-${String(i).padStart(5, '0')}`,
    resources: (count - i) * 3,
    requests_per_second: i % 3 === 0 ? 0 : i / 10,
    p95_ms: i % 3 === 0 ? 0 : 10 + (i % 90),
    error_rate: i % 7 === 1 ? 0.02 : 0,
  })),
})

export const counts = (types: readonly string[], change: Partial<ResourceCounts> = {}): ResourceCounts => ({
  tenant: 'acme',
  scope: 'cluster',
  generated_at: GENERATED(),
  window: { interval: 'day', days: 30, since: dayText(29), until: dayText(0) },
  total_resources: types.length * 1000,
  basis: 'history',
  series: types.map((resource_type, n) => ({
    resource_type,
    basis: 'history',
    total: 1000,
    points: Array.from({ length: 30 }, (_, i) => ({
      date: dayText(29 - i),
      count: (i % 5) - n,
      cumulative: 900 + i * 3,
    })),
  })),
  ...change,
})

export function activity(count: (weekday: number, hour: number) => number): Activity {
  const cells = Array.from({ length: 168 }, (_, i) => {
    const [weekday, hour] = [Math.floor(i / 24), i % 24]
    return { weekday, hour, count: count(weekday, hour) }
  })
  return {
    tenant: 'acme',
    scope: 'cluster',
    generated_at: GENERATED(),
    source: 'writes',
    basis: 'history',
    window: { days: 30, since: dayText(29), until: dayText(0) },
    total: cells.reduce((sum, cell) => sum + cell.count, 0),
    max_cell: Math.max(...cells.map((cell) => cell.count)),
    cells,
  }
}

export const distribution = (types: ResourceDistribution['types']): ResourceDistribution => ({
  tenant: 'acme',
  scope: 'cluster',
  generated_at: GENERATED(),
  total_resources: types.reduce((sum, { count }) => sum + count, 0),
  distinct_types: types.reduce((sum, one) => sum + (one.types ?? 1), 0),
  types,
})

export const runtime = (change: Partial<RuntimeAnswer> = {}): RuntimeAnswer => ({
  ...ALONE,
  generated_at: GENERATED(),
  node_version: 'v24.1.0',
  uptime_seconds: 7200,
  started_at: new Date(Date.now() - 7_200_000).toISOString(),
  process_uptime_seconds: 7201,
  cpu: {
    utilization: 1.5,
    user: 1.25,
    system: 0.25,
    interval_seconds: 5,
    user_seconds_total: 90,
    system_seconds_total: 9,
    cores: 2,
  },
  memory: {
    rss_bytes: 950 * 2 ** 20,
    external_bytes: 2 ** 20,
    array_buffers_bytes: 2 ** 19,
    available_bytes: 74 * 2 ** 20,
    limit_bytes: 2 ** 30,
  },
  heap: {
    used_bytes: 700 * 2 ** 20,
    total_bytes: 720 * 2 ** 20,
    limit_bytes: 768 * 2 ** 20,
    spaces: [{ space: 'old', used_bytes: 680 * 2 ** 20, size_bytes: 700 * 2 ** 20 }],
  },
  event_loop: {
    utilization: 0.95,
    delay_ms: { mean: 40, p50: 30, p90: 90, p99: 420, max: 900 },
    interval_seconds: 12,
  },
  event_loop_reason: null,
  gc: {
    total: { count: 90, pause_seconds: 19 },
    last_minute: { count: 30, pause_seconds: 12 },
    last_5_minutes: { count: 60, pause_seconds: 14 },
    kinds: [
      {
        kind: 'major',
        total: { count: 90, pause_seconds: 19 },
        last_minute: { count: 30, pause_seconds: 12 },
        last_5_minutes: { count: 60, pause_seconds: 14 },
      },
    ],
  },
  gc_reason: null,
  active: { resources: 3, by_type: [{ type: 'Timeout', count: 3 }] },
  ...change,
})

export const cardinality = (change: Partial<CardinalityAnswer> = {}): CardinalityAnswer => ({
  ...ALONE,
  generated_at: GENERATED(),
  collected_at: GENERATED(),
  metrics: 40,
  declared: 60,
  series: 92_000,
  limits: { series_per_metric: 2000, series_total: 100_000, value_length: 1024 },
  overflowed_total: 4711,
  refused_total: 12,
  top: [
    {
      name: 'http_request_duration_seconds',
      otel_name: 'http.server.request.duration',
      type: 'histogram',
      series: 2000,
      used: 1,
      overflowing: true,
      overflowed_total: 4711,
      refused_total: 0,
      labels: [
        { label: 'http_route', values: 1900 },
        { label: 'http_request_method', values: 4 },
      ],
      labels_complete: false,
    },
  ],
  refused: [{ metric: 'orders_total', reason: 'labels', count: 12 }],
  ...change,
})

export const exporters = (change: Partial<ExportersAnswer> = {}): ExportersAnswer => ({
  ...ALONE,
  generated_at: GENERATED(),
  queues: [
    {
      signal: 'traces',
      waiting: 2040,
      capacity: 2048,
      processed_total: 1_000_000,
      dropped_total: { queue_full: 12, after_stop: 0, unencodable: 1 },
    },
  ],
  exporters: [
    {
      name: 'otlp',
      type: 'otlp_http_exporter',
      state: 'ready',
      signals: [
        {
          signal: 'traces',
          endpoint: 'https://collector.example/v1/traces',
          delivering: true,
          queue: {
            records: 64,
            records_limit: 2048,
            requests: 1,
            requests_limit: 64,
            bytes: 15 * 2 ** 20,
            bytes_limit: 2 ** 24,
          },
          sent_total: 123_456,
          lost_total: { undelivered: 0, rejected: 3, queue_full: 0 },
          requests_total: 400,
          retries_total: 2,
          last_success_at: new Date(Date.now() - 3000).toISOString(),
          last_error: {
            at: new Date(Date.now() - 90_000).toISOString(),
            kind: 'partial',
            message: '3 spans were invalid',
          },
        },
      ],
    },
    {
      name: 'custom',
      type: 'custom',
      state: 'ready',
      signals: [
        {
          signal: 'logs',
          endpoint: null,
          delivering: null,
          queue: null,
          sent_total: null,
          lost_total: null,
          requests_total: null,
          retries_total: null,
          last_success_at: null,
          last_error: null,
        },
      ],
    },
    { name: 'grpc', type: 'otlp_grpc_exporter', state: 'unavailable', signals: [] },
  ],
  ...change,
})

export const instrumentation = (change: Partial<InstrumentationAnswer> = {}): InstrumentationAnswer => ({
  ...ALONE,
  generated_at: GENERATED(),
  mode: 'no-span',
  items: [
    {
      name: 'http.server',
      group: 'http',
      title: 'HTTP servers',
      state: 'on',
      how: 'diagnostics channel',
      why: null,
      first_seen_at: new Date(Date.now() - 120_000).toISOString(),
      first_seen_reason: null,
    },
    {
      name: 'console',
      group: 'logs',
      title: 'console',
      state: 'off',
      how: 'wrapped methods',
      why: 'observability.logging.bridges.console is false',
      first_seen_at: null,
      first_seen_reason: null,
    },
  ],
  otel_api: {
    state: 'off',
    why: 'another SDK is registered',
    registered: [],
    taken: [{ part: 'trace', by: 'NodeTracerProvider' }],
    other_tracers: ['dd-trace'],
    scopes: ['orders'],
  },
  contrib: {
    asked: ['redis', 'grpc'],
    loaded: ['redis'],
    missing: ['grpc'],
    failed: [],
    skipped: [],
    loader: false,
  },
  ...change,
})

/** What the cards that are not the administrator's alone ask, and what the insides are asked. */
export const figures = () => ({
  '/console/metrics/traffic': () => traffic(),
  '/console/metrics/tenants': () => tenants(3),
  '/console/metrics/resource-counts': () => counts(['Order', 'Invoice']),
  '/console/metrics/activity': () => activity((weekday, hour) => weekday * hour),
  '/console/metrics/resource-distribution': () => distribution([{ resource_type: 'Order', count: 1000 }]),
  '/admin/ops/runtime': () => runtime(),
  '/admin/ops/cardinality': () => cardinality(),
  '/admin/ops/exporters': () => exporters(),
  '/admin/ops/instrumentation': () => instrumentation(),
})
