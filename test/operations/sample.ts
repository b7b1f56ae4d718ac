// A service in the middle of its day, as its endpoints say it: typed, so that what the page is shown is what it will be given.
import type { ControlAnswer } from '../../src/console/control/answers.ts'
import type { UptimeFigure } from '../../src/console/figures/uptime.ts'
import type { FleetSeries, Message, MessagesAnswer, Overview } from '../../src/console/ops/answers.ts'
import type { ObjectiveAnswer, ObjectivesAnswer, WatchAnswer, WatchlistAnswer } from '../../src/objectives/answer.ts'

const SECOND = 1000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

const ago = (ms: number): string => new Date(Date.now() - ms).toISOString()
const ALONE = { scope: 'single-instance', instance: 'shop-1' } as const

export const uptime = (): UptimeFigure => ({
  service: 'shop-api',
  scope: 'single-instance',
  version: '1.4.2',
  started_at: ago(2 * DAY + 3 * HOUR),
  now: ago(0),
  uptime_seconds: 183_600,
  uptime_human: '2d 3h 0m 0s',
  availability: { tracked: false, note: '' },
})

export const overview = (change: Partial<Overview> = {}): Overview => ({
  generated_at: ago(0),
  freshness_seconds: 4,
  ...ALONE,
  health: {
    status: 'degraded',
    components: [
      { name: 'database', status: 'ok', critical: true, duration_ms: 1.8, reason: null },
      { name: 'search', status: 'fail', critical: false, duration_ms: 3000, reason: 'no answer within 3 s' },
      { name: 'payments', status: 'ok', critical: false, duration_ms: 41, reason: null },
      { name: 'stock', status: 'unknown', critical: true, duration_ms: 0, reason: 'was never asked' },
    ],
  },
  queue_depth: { nats: 1840, node_tasks: null, dlq_pending: 3 },
  queues: [
    {
      name: 'orders',
      source: 'nats',
      scope: 'cluster',
      depth: 1840,
      in_flight: 12,
      backlog: 1000,
      measured_at: ago(4 * SECOND),
      reason: null,
    },
    {
      name: 'mails',
      source: 'metric',
      scope: 'single-instance',
      depth: 42,
      in_flight: null,
      backlog: 500,
      measured_at: ago(2 * SECOND),
      reason: null,
    },
    {
      name: 'jobs',
      source: 'sql',
      scope: 'cluster',
      depth: null,
      in_flight: null,
      backlog: 1000,
      measured_at: null,
      reason: 'The database does not answer.',
    },
  ],
  outbox: {
    scope: 'cluster',
    pending: 17,
    failed: 3,
    oldest_seconds: 48,
    recent_failures: 2,
    measured_at: ago(4 * SECOND),
    reason: null,
  },
  outbox_relay_ok: false,
  throughput: { rps: 21.4, window_seconds: 300, covered_seconds: 300, request_count: 6420 },
  latency: { p50_ms: 2.31, p95_ms: 58.2, p99_ms: 341 },
  error_rates: {
    http_5xx_rate: 0.0131,
    by_surface: [
      { surface: 'http_server', rate: 0.0131, errors: 84, total: 6420, window_seconds: 300, covered_seconds: 300 },
      { surface: 'http_client', rate: 0.004, errors: 3, total: 751, window_seconds: 300, covered_seconds: 300 },
      { surface: 'queue_publish', rate: 0, errors: 0, total: 1210, window_seconds: 300, covered_seconds: 300 },
      { surface: 'sql', rate: 0, errors: 0, total: 15_204, window_seconds: 300, covered_seconds: 300 },
      { surface: 'workflow', rate: null, errors: 2, total: null, window_seconds: 300, covered_seconds: 120 },
      { surface: 'exporter', rate: null, errors: 0, total: 0, window_seconds: 300, covered_seconds: 300 },
    ],
  },
  fleet: {
    scope: 'cluster',
    source: 'prometheus',
    window_seconds: 300,
    rps: 63.2,
    error_rate: 0.0124,
    p50_ms: 2.4,
    p95_ms: 57.1,
    p99_ms: 352,
    instances: 3,
    instances_up: 3,
    measured_at: ago(8 * SECOND),
    reason: null,
  },
  incidents: [
    {
      id: 'i-7',
      class: 'outbox_relay_degraded',
      severity: 'critical',
      opened_at: ago(12 * MINUTE),
      opened_at_exact: true,
      detail: '2 publish failures in the last 5 minutes; the oldest message waits 48 s',
      runbook: 'ops.outbox.relay',
      runbook_url: 'https://wiki.example.com/outbox-relay',
    },
    {
      id: 'i-8',
      class: 'queue_backlog',
      severity: 'warning',
      opened_at: ago(3 * MINUTE),
      opened_at_exact: true,
      detail: '1 840 messages wait in orders (1 000 are a backlog)',
      runbook: 'ops.queue.backlog',
      runbook_url: null,
    },
    {
      id: 'i-5',
      class: 'dlq_backlog',
      severity: 'warning',
      opened_at: ago(5 * HOUR),
      opened_at_exact: false,
      detail: '3 messages failed for good',
      runbook: 'ops.queue.backlog',
      runbook_url: null,
    },
  ],
  recent: [
    {
      id: 'i-4',
      class: 'api_5xx_elevated',
      severity: 'critical',
      opened_at: ago(6 * HOUR),
      opened_at_exact: true,
      closed_at: ago(5.5 * HOUR),
      detail: '31 % of 812 requests were answered with 5xx',
      runbook: 'ops.api.degradation',
      runbook_url: null,
    },
    {
      id: 'i-2',
      class: 'health_check',
      severity: 'warning',
      opened_at: ago(26 * HOUR),
      opened_at_exact: true,
      closed_at: ago(25.8 * HOUR),
      detail: 'search fails: no answer within 3 s',
      runbook: null,
      runbook_url: null,
    },
  ],
  highest_severity: 'critical',
  reasons: { 'queue_depth.node_tasks': 'The database does not answer.' },
  ...change,
})

/** Nothing is wrong, and nothing is configured. */
export const calm = (): Overview =>
  overview({
    health: {
      status: 'ok',
      components: [{ name: 'database', status: 'ok', critical: true, duration_ms: 1.8, reason: null }],
    },
    queue_depth: { nats: null, node_tasks: null, dlq_pending: null },
    queues: [],
    outbox: null,
    outbox_relay_ok: null,
    fleet: null,
    incidents: [],
    recent: [],
    highest_severity: null,
    error_rates: { http_5xx_rate: null, by_surface: [] },
    latency: { p50_ms: null, p95_ms: null, p99_ms: null },
    throughput: { rps: 0, window_seconds: 300, covered_seconds: 60, request_count: 0 },
    reasons: { outbox_relay_ok: 'ops.outbox is not configured.' },
  })

const objective = (change: Partial<ObjectiveAnswer>): ObjectiveAnswer => ({
  name: 'api-p95',
  description: 'Nearly every answer is fast',
  kind: 'latency',
  status: 'met',
  reason: null,
  value: 0.0582,
  unit: 'seconds',
  comparison: '<',
  threshold: 0.3,
  percentile: 95,
  method: 'samples',
  window_seconds: 300,
  covered_seconds: 300,
  event_count: 6420,
  objective: 0.95,
  error_budget: {
    window_seconds: 30 * 86_400,
    covered_seconds: 183_600,
    event_count: 1_920_400,
    bad_count: 31_200,
    total: 0.05,
    consumed: 0.325,
    remaining: 0.675,
  },
  burn_rates: [
    { window: '5m', window_seconds: 300, covered_seconds: 300, rate: 0.4 },
    { window: '30m', window_seconds: 1800, covered_seconds: 1800, rate: 0.52 },
    { window: '1h', window_seconds: 3600, covered_seconds: 3600, rate: 0.47 },
    { window: '6h', window_seconds: 21_600, covered_seconds: 21_600, rate: 0.33 },
  ],
  severity: null,
  since: null,
  runbook: null,
  ...change,
})

export const objectives = (): ObjectivesAnswer => ({
  generated_at: ago(0),
  ...ALONE,
  objectives: [
    objective({}),
    objective({
      name: 'api-p99',
      description: 'Hardly an answer is slow',
      status: 'breached',
      value: 1.213,
      threshold: 1,
      percentile: 99,
      method: 'buckets',
      severity: 'critical',
      since: ago(12 * MINUTE),
      runbook: 'ops.api.degradation',
      error_budget: {
        window_seconds: 30 * 86_400,
        covered_seconds: 183_600,
        event_count: 1_920_400,
        bad_count: 24_100,
        total: 0.01,
        consumed: 1.255,
        remaining: -0.255,
      },
      burn_rates: [
        { window: '5m', window_seconds: 300, covered_seconds: 300, rate: 21.5 },
        { window: '30m', window_seconds: 1800, covered_seconds: 1800, rate: 15.2 },
        { window: '1h', window_seconds: 3600, covered_seconds: 3600, rate: 8.4 },
        { window: '6h', window_seconds: 21_600, covered_seconds: 21_600, rate: 1.9 },
      ],
    }),
    objective({
      name: 'authz-p95',
      description: 'Memberships are resolved at once',
      comparison: '<=',
      threshold: 0.02,
      value: 0.0041,
    }),
    objective({
      name: 'api-availability',
      description: 'Hardly an answer is an error of ours',
      kind: 'ratio',
      unit: 'ratio',
      comparison: '>=',
      threshold: 0.999,
      percentile: null,
      value: 0.99947,
      method: 'counts',
      objective: 0.999,
    }),
    objective({
      name: 'allocation-to-event',
      description: 'Allocation created → provisioning event emitted',
      kind: 'event',
      threshold: 1,
      value: 0.31,
      event_count: 212,
    }),
    objective({
      name: 'webhook-to-credit',
      description: 'Webhook verified → ledger credited',
      kind: 'event',
      status: 'no_data',
      reason: 'No pair was seen in the window.',
      threshold: 5,
      value: null,
      method: null,
      event_count: 0,
      error_budget: {
        window_seconds: 30 * 86_400,
        covered_seconds: 183_600,
        event_count: 0,
        bad_count: 0,
        total: 0.05,
        consumed: 0,
        remaining: 1,
      },
      burn_rates: [
        { window: '5m', window_seconds: 300, covered_seconds: 300, rate: null },
        { window: '30m', window_seconds: 1800, covered_seconds: 1800, rate: null },
        { window: '1h', window_seconds: 3600, covered_seconds: 3600, rate: null },
        { window: '6h', window_seconds: 21_600, covered_seconds: 9000, rate: null },
      ],
    }),
  ],
})

const watched = (change: Partial<WatchAnswer>): WatchAnswer => ({
  title: 'Audit table grows',
  status: 'in_progress',
  phase: 'phase 2',
  why: 'Queries of the audit page slow down once the table no longer fits into memory.',
  current_baseline: '2 million rows',
  future_target: 'partitions by month',
  progress: 'partitions are tried in staging',
  owners: ['platform', 'ada'],
  level: 'warn',
  reason: null,
  value: 8_412_003,
  measured_at: ago(41 * SECOND),
  source: 'function',
  metric: null,
  direction: 'too_much',
  levels: { watch: 5_000_000, warn: 8_000_000, breach: 10_000_000 },
  since: ago(3 * DAY),
  runbook: 'https://wiki.example.com/audit-table',
  ...change,
})

export const watchlist = (): WatchlistAnswer => ({
  generated_at: ago(0),
  ...ALONE,
  items: [
    watched({}),
    watched({
      title: 'Connections of the database',
      status: 'open',
      phase: 'phase 1',
      why: 'Every instance holds ten.',
      current_baseline: '30 of 100',
      future_target: 'a pooler in front',
      progress: '',
      owners: ['data'],
      level: 'ok',
      value: 31,
      metric: 'db_pool_connections',
      source: 'metric',
      levels: { watch: 60, warn: 80, breach: 95 },
      runbook: null,
    }),
    watched({
      title: 'Rotate the signing keys by themselves',
      status: 'planned',
      phase: 'phase 3',
      why: '',
      current_baseline: 'by hand, twice a year',
      future_target: 'monthly',
      progress: 'designed',
      owners: ['security'],
      level: 'no_data',
      reason: 'No metric and no function is given.',
      value: null,
      measured_at: null,
      source: null,
      direction: null,
      levels: { watch: null, warn: null, breach: null },
      since: null,
      runbook: null,
    }),
  ],
})

export const control = (change: Partial<ControlAnswer> = {}): ControlAnswer => ({
  ...ALONE,
  generated_at: ago(0),
  log_level: {
    configured: 'info',
    current: 'debug',
    held: { since: ago(2 * MINUTE), until: new Date(Date.now() + 8 * MINUTE).toISOString(), by: 'ada' },
    unavailable: null,
  },
  sampling: { sampler: 'parentbased_traceidratio', configured: 0.1, current: 0.1, held: null, unavailable: null },
  cpu_profile: { enabled: true, running: null, next_at: null, last_at: ago(3 * HOUR) },
  heap_snapshot: { enabled: false, running: null, next_at: null, last_at: null },
  ...change,
})

const message = (n: number, change: Partial<Message> = {}): Message => ({
  id: `01J9Z4QK${String(n).padStart(4, '0')}`,
  status: 'pending',
  event_type: 'order.placed',
  created_at: ago(n * SECOND),
  failed_at: null,
  attempts: 0,
  last_error: null,
  ...change,
})

export const deadLetters = (count = 3): MessagesAnswer => ({
  generated_at: ago(0),
  scope: 'cluster',
  instance: 'shop-1',
  list: 'dlq',
  status: 'failed',
  total: count,
  limit: 20,
  offset: 0,
  messages: Array.from({ length: count }, (_, i) =>
    message(i + 900, {
      status: 'failed',
      event_type: i === 1 ? 'invoice.paid' : 'order.shipped',
      failed_at: ago((i + 3) * HOUR),
      attempts: 8,
      last_error: 'the broker refused it: message is larger than 1 MiB',
    }),
  ),
})

export const outboxMessages = (): MessagesAnswer => ({
  ...deadLetters(0),
  list: 'outbox',
  status: 'pending',
  total: 2,
  messages: [message(48), message(31, { attempts: 2, last_error: 'no connection', failed_at: ago(9 * SECOND) })],
})

export const fleet = (): FleetSeries => ({
  generated_at: ago(0),
  scope: 'cluster',
  source: 'prometheus',
  instance: 'shop-1',
  range_seconds: 3600,
  step_seconds: 60,
  points: Array.from({ length: 60 }, (_, i) => ({
    time: ago((59 - i) * MINUTE),
    rps: 60 + 9 * Math.sin(i / 6) + (i % 7),
    error_rate: i > 44 && i < 52 ? 0.06 : 0.011 + (i % 5) / 1000,
    p50_ms: 2.3 + (i % 4) / 10,
    p95_ms: 55 + (i % 9),
    p99_ms: 330 + (i % 13) * 8,
    instances_up: 3,
  })),
  reason: null,
})

/** What the admin's cards ask. */
export const admin = () => ({
  '/console/metrics/uptime': uptime,
  '/admin/ops/overview': () => overview(),
  '/admin/ops/objectives': objectives,
  '/admin/ops/watchlist': watchlist,
  '/admin/ops/control': () => control(),
  '/api/v1/admin/telemetry/fleet': fleet,
  '/api/v1/admin/dlq/messages': () => deadLetters(),
  '/api/v1/admin/outbox/messages': outboxMessages,
})
