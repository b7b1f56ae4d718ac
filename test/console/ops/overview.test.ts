// The overview, whole: what is known, what is not and why, and what is wrong.
import { expect, test, vi } from 'vitest'
import { NOW, operationsOf } from './kit.ts'
import { PoolOf } from './pool.ts'

const WHOLE = `
  prometheus_url: http://prometheus.internal:9090
  queues:
    - { name: mails, source: sql, table: mails, backlog: 2 }
    - { name: jobs, source: metric, metric: jobs_waiting }
    - { name: nothing, source: metric, metric: not_there }
  outbox: { table: outbox }
  runbooks: { ops.queue.backlog: "https://runbooks.example/queue" }
`

const FLEET: readonly [RegExp, number][] = [
  [/histogram_quantile\(0\.5,/, 12],
  [/histogram_quantile\(0\.95,/, 80],
  [/histogram_quantile\(0\.99,/, 200],
  [/^count\(/, 3],
  [/^sum\(up/, 3],
  [/ \/ /, 0.01],
  [/^sum\(rate/, 42.5],
]
const prometheus = async (query: string) => FLEET.find(([pattern]) => pattern.test(query))![1]

const NONE = { severity: 'warning', opened_at_exact: true, runbook_url: null }

test('the overview says what is known, why the rest is not, and what is wrong [G-26] [G-27] (ruling 32)', async () => {
  const health = {
    run: async () => ({
      status: 'degraded' as const,
      time: NOW,
      checks: [
        { name: 'pool', status: 'ok' as const, critical: true, ms: 1.25, reason: '' },
        { name: 'mail', status: 'fail' as const, critical: false, ms: 3, reason: 'connect ECONNREFUSED 10.0.0.7:25' },
      ],
    }),
  }
  const { registry, traffic, overview } = operationsOf({ ops: WHOLE, health, prometheus, client: new PoolOf() })
  registry.gauge('jobs_waiting').set(7)
  registry.counter('queue_messages_total', { labels: ['queue', 'result'] }).add(3, { queue: 'mails', result: 'ack' })
  for (let i = 1; i <= 100; i++) traffic.push(NOW - 100 * i, i, i > 98 ? 503 : 200, 0)
  const at = new Date(NOW).toISOString()
  expect(await overview()).toEqual({
    generated_at: at,
    freshness_seconds: 0,
    scope: 'single-instance',
    instance: 'shop-1',
    health: {
      status: 'degraded',
      components: [
        { name: 'pool', status: 'ok', critical: true, duration_ms: 1.25, reason: null },
        { name: 'mail', status: 'fail', critical: false, duration_ms: 3, reason: 'it failed (ECONNREFUSED)' },
      ],
    },
    queue_depth: { nats: null, node_tasks: 3, dlq_pending: 3 },
    queues: [
      {
        ...{ name: 'mails', source: 'sql', scope: 'cluster', depth: 3, in_flight: null, backlog: 2 },
        ...{ measured_at: at, reason: null },
      },
      {
        ...{ name: 'jobs', source: 'metric', scope: 'single-instance', depth: 7, in_flight: null, backlog: 1000 },
        ...{ measured_at: at, reason: null },
      },
      {
        ...{ name: 'nothing', source: 'metric', scope: 'single-instance', depth: null, in_flight: null, backlog: 1000 },
        ...{ measured_at: null, reason: 'there is no metric not_there' },
      },
    ],
    outbox: {
      ...{ scope: 'cluster', pending: 3, failed: 3, oldest_seconds: 120, recent_failures: 0 },
      ...{ measured_at: at, reason: null },
    },
    outbox_relay_ok: true,
    throughput: { rps: 100 / 60, window_seconds: 60, covered_seconds: 60, request_count: 100 },
    latency: { p50_ms: 50, p95_ms: 95, p99_ms: 99 },
    error_rates: {
      http_5xx_rate: 0.02,
      by_surface: [
        // Counted before anybody looked, so nothing is known of the last minute yet.
        { surface: 'queue_process', rate: null, errors: 0, total: 0, window_seconds: 60, covered_seconds: 0 },
      ],
    },
    fleet: {
      ...{ scope: 'cluster', source: 'prometheus', window_seconds: 300, rps: 42.5, error_rate: 0.01 },
      ...{ p50_ms: 12, p95_ms: 80, p99_ms: 200, instances: 3, instances_up: 3, measured_at: at, reason: null },
    },
    incidents: [
      {
        ...{ ...NONE, id: `dlq_backlog@${at}`, class: 'dlq_backlog', opened_at: at, opened_at_exact: false },
        detail: '3 messages failed for good (1 or more are a backlog)',
        ...{ runbook: 'ops.queue.backlog', runbook_url: 'https://runbooks.example/queue' },
      },
      {
        ...{ ...NONE, id: `queue_backlog:mails@${at}`, class: 'queue_backlog', opened_at: at, opened_at_exact: false },
        detail: '3 messages wait in mails (2 are a backlog)',
        ...{ runbook: 'ops.queue.backlog', runbook_url: 'https://runbooks.example/queue' },
      },
    ],
    recent: [],
    highest_severity: 'warning',
    reasons: { 'queue_depth.nats': 'ops.queues has none with source: nats' },
  })
})

test('with nothing configured every figure that is not there says why (ruling 63)', async () => {
  const { overview } = operationsOf()
  const { queue_depth, outbox, outbox_relay_ok, fleet, error_rates, latency, reasons } = await overview()
  expect({ queue_depth, outbox, outbox_relay_ok, fleet, error_rates, latency, reasons }).toEqual({
    queue_depth: { nats: null, node_tasks: null, dlq_pending: null },
    outbox: null,
    outbox_relay_ok: null,
    fleet: null,
    error_rates: { http_5xx_rate: null, by_surface: [] },
    latency: { p50_ms: null, p95_ms: null, p99_ms: null },
    reasons: {
      outbox: 'ops.outbox is not configured',
      latency: 'no request in the window',
      'error_rates.http_5xx_rate': 'no request in the window',
      fleet: 'ops.prometheus_url is not set: figures are of this instance',
      outbox_relay_ok: 'ops.outbox is not configured, and no message was published through telltale/queue',
      'queue_depth.nats': 'ops.queues has none with source: nats',
      'queue_depth.node_tasks': 'ops.queues has none with source: sql',
      'queue_depth.dlq_pending': 'ops.outbox is not configured',
    },
  })
})

test('dead letters and the relay are judged apart: each may be well or not without the other [G-26]', async () => {
  const states = async (failed: number, recent: number) => {
    const { overview } = operationsOf({ ops: '{ outbox: { table: outbox } }', client: new PoolOf({ failed, recent }) })
    const { queue_depth, outbox_relay_ok } = await overview()
    return [queue_depth.dlq_pending, outbox_relay_ok]
  }
  expect([await states(0, 0), await states(5, 0), await states(0, 2), await states(5, 2)]).toEqual([
    [0, true],
    [5, true],
    [0, false],
    [5, false],
  ])
})

test('ten viewers are one computation, and a second later one more', async () => {
  const pool = new PoolOf()
  const run = vi.fn(async () => ({ status: 'ok' as const, checks: [], time: NOW }))
  const asked = vi.fn(prometheus)
  const { overview, time } = operationsOf({ ops: WHOLE, health: { run }, prometheus: asked, client: pool })
  const ten = () => Promise.all(Array.from({ length: 10 }, overview))
  const counts = () => [run.mock.calls.length, asked.mock.calls.length, pool.begun]
  const [first, ...others] = await ten()
  for (const other of others) expect(other).toEqual(first)
  expect(counts()).toEqual([1, 7, 2])
  time.now += 999
  expect((await ten())[0]).toEqual({ ...first!, freshness_seconds: 0.999 })
  expect(counts()).toEqual([1, 7, 2])
  time.now += 1
  await ten()
  expect(counts()).toEqual([2, 14, 4])
})

test('errors are counted by surface over the last minute, and failures of workers are an incident [G-29]', async () => {
  const { overview, registry, time } = operationsOf({ ageMs: 1000 })
  const calls = registry.counter('function_calls_total', { labels: ['function_id', 'status'] })
  const processes = registry.counter('process_terminated_total', { labels: ['result'] })
  calls.add(9, { function_id: 'f', status: 'success' })
  calls.add(1, { function_id: 'f', status: 'error' })
  const of = async () => {
    const { error_rates, incidents } = await overview()
    return { by_surface: error_rates.by_surface, incidents: incidents.map(({ detail }) => detail) }
  }
  const row = { surface: 'function', window_seconds: 60 }
  expect(await of()).toEqual({
    by_surface: [{ ...row, rate: 0.1, errors: 1, total: 10, covered_seconds: 1 }],
    incidents: [],
  })
  time.now += 50_000
  processes.add(5, { result: 'error' })
  processes.add(15, { result: 'completed' })
  expect(await of()).toEqual({
    by_surface: [
      { ...row, rate: 0.1, errors: 1, total: 10, covered_seconds: 51 },
      { ...row, surface: 'process', rate: 0.25, errors: 5, total: 20, covered_seconds: 51 },
    ],
    incidents: ['5 of messages, workflows and processes failed in 5 min'],
  })
  time.now += 50_000
  await of()
  time.now += 20_000
  expect((await of()).by_surface).toEqual([
    { ...row, rate: null, errors: 0, total: 0, covered_seconds: 20 },
    { ...row, surface: 'process', rate: null, errors: 0, total: 0, covered_seconds: 20 },
  ])
})

test('requests that fail are an incident that began when they did, though nobody looked [G-27]', async () => {
  const { overview, traffic, time } = operationsOf({ ops: '{ incidents: { window: 1m, http_requests: 5 } }' })
  // One a second; for the last ten minutes a fifth fails.
  for (let i = 1200; i > 0; i--) traffic.push(NOW - i * 1000, 5, i <= 600 && i % 5 === 0 ? 500 : 200, 0)
  const [incident] = (await overview()).incidents
  const minutesAgo = (NOW - Date.parse(incident!.opened_at)) / 60_000
  expect(incident).toMatchObject({ class: 'api_5xx_elevated', severity: 'warning', opened_at_exact: true })
  expect(minutesAgo).toBeGreaterThan(8.9)
  expect(minutesAgo).toBeLessThanOrEqual(10)
  for (const seconds of [61, 70, 200]) {
    time.now = NOW + seconds * 1000
    for (let i = 0; i < 20; i++) traffic.push(time.now - i, 5, 200, 0)
    await overview()
  }
  const { incidents, recent, highest_severity } = await overview()
  expect([incidents, highest_severity]).toEqual([[], null])
  expect(recent).toEqual([{ ...incident, closed_at: new Date(NOW + 61_000).toISOString() }])
})

test('breaches of objectives and of the watchlist, and critical checks that fail, are incidents too [G-27]', async () => {
  const since = new Date(NOW - 600_000).toISOString()
  const breaches = () => [
    {
      ...{ id: 'slo:api', name: 'api', class: 'slo' as const, severity: 'critical' as const, since },
      runbook: 'https://runbooks.example/api',
    },
    {
      ...{ id: 'watchlist:rows', name: 'rows', class: 'watchlist' as const, severity: 'warning' as const, since },
      runbook: null,
    },
  ]
  const failing = { name: 'pool', status: 'fail' as const, critical: true, ms: 1, reason: 'no answer within 500 ms' }
  const health = { run: async () => ({ status: 'unhealthy' as const, time: NOW, checks: [failing] }) }
  const { overview } = operationsOf({ breaches, health, ageMs: 10_000 })
  const at = new Date(NOW).toISOString()
  expect((await overview()).incidents).toEqual([
    {
      ...{ id: `slo:api@${since}`, class: 'slo', severity: 'critical', opened_at: since, opened_at_exact: true },
      detail: 'the objective api is breached',
      ...{ runbook: 'https://runbooks.example/api', runbook_url: 'https://runbooks.example/api' },
    },
    {
      ...{ id: `health_check:pool@${at}`, class: 'health_check', severity: 'critical', opened_at: at },
      ...{ opened_at_exact: true, detail: 'the health check pool fails: no answer within 500 ms' },
      ...{ runbook: 'ops.api.degradation', runbook_url: null },
    },
    {
      ...{ id: `watchlist:rows@${since}`, class: 'watchlist', severity: 'warning', opened_at: since },
      ...{ opened_at_exact: true, detail: 'the signal rows is breached', runbook: null, runbook_url: null },
    },
  ])
})

test('exporters that do not deliver and instances that cannot be scraped are an incident [G-27]', async () => {
  const sink = (name: string, delivering: boolean | null, state?: 'unavailable') => ({
    name,
    accept: () => {},
    state,
    look: () => (delivering === null ? null : ({ delivering } as never)),
  })
  const sinks = [sink('otlp', true), sink('zipkin', false), sink('console', null), sink('jaeger', null, 'unavailable')]
  const down = async (query: string) => (query.startsWith('sum(up') ? 2 : await prometheus(query))
  const { overview } = operationsOf({ sinks, prometheus: down, ageMs: 10_000 })
  expect((await overview()).incidents.map(({ detail, runbook }) => [detail, runbook])).toEqual([
    ['the exporter jaeger could not be loaded', 'ops.fleet.telemetry'],
    ['the exporter zipkin does not deliver', 'ops.fleet.telemetry'],
    ['1 of 3 instances cannot be scraped', 'ops.fleet.telemetry'],
  ])
})
