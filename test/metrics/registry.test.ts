import { afterEach, beforeEach, expect, test } from 'vitest'
import { forgetNotices, type Notice, onNotice } from '../../src/base/notice.ts'
import { declare } from '../../src/metrics/declare.ts'
import * as process from '../../src/metrics/default.ts'
import { Registry } from '../../src/metrics/registry.ts'
import { aliasViews } from '../../src/metrics/views.ts'
import { Scope } from '../../src/model/attribute.ts'
import { NAMES, type Name } from '../../src/model/names.ts'
import { samples, scrape } from './scrape.ts'

const said: Notice[] = []

beforeEach(() => {
  forgetNotices()
  said.length = 0
  onNotice((notice) => said.push(notice))
})
afterEach(() => {
  onNotice(undefined)
})

test('a row of the table gives one instrument per registry, of the type of the row [W-08]', () => {
  const registry = new Registry()
  expect(declare(registry, NAMES.errors_total)).toBe(declare(registry, NAMES.errors_total))
  declare(registry, NAMES.errors_total).add(1, { surface: 'http', error_type: 'TypeError' })
  declare(registry, NAMES.http_requests_in_flight).add(1, { method: 'GET', route: '' })
  declare(registry, NAMES.app_info).set(1, { version: '1.2.3' })
  expect(
    scrape(registry)
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#')),
  ).toEqual([
    'errors_total{surface="http",error_type="TypeError"} 1',
    'http_requests_in_flight{method="GET",route=""} 1',
    'app_info{version="1.2.3"} 1',
  ])
})

test('the default registry is there before anything is started, keeps what was counted, and records without any set-up [W-09]', () => {
  process.counter('early_total').add(2)
  process.gauge('early_gauge').set(1)
  process.histogram('early_seconds').observe(1)
  process.observable('early_observed', {}, (report) => report(4))
  process.defaultRegistry().configure({ limits: { series: 10 } })
  const registry = process.defaultRegistry()
  expect(process.counter('early_total')).toBe(registry.counter('early_total'))
  expect([
    samples(registry, 'early_total'),
    samples(registry, 'early_gauge'),
    samples(registry, 'early_observed'),
  ]).toEqual([{ '': 2 }, { '': 1 }, { '': 4 }])
})

test('a group that is off is not collected, for OTLP neither; a hidden one is recorded and only left out of the text [R-06]', () => {
  const registry = new Registry({ off: ['http'] })
  declare(registry, NAMES.http_request_duration_seconds).observe(1, { method: 'GET', route: '/', status: 200 })
  registry.counter('mine_total').add(1)
  expect(registry.families().map(({ short }) => short)).toEqual(['mine_total'])
  expect(registry.exposition().map(({ short }) => short)).toEqual(['mine_total'])
  registry.configure({})
  expect(registry.families().map(({ short }) => short)).toEqual(['http_request_duration_seconds', 'mine_total'])
  expect(registry.exposition({ hide: ['http'] }).map(({ short }) => short)).toEqual(['mine_total'])
  expect(registry.exposition().map(({ short }) => short)).toEqual([
    'http_requests_total',
    'http_request_duration_seconds',
    'mine_total',
  ])
})

test('the namespace goes before our own names and leaves custom, log, uptime, process and runtime names alone', () => {
  const registry = new Registry()
  declare(registry, NAMES.errors_total).add(1, { surface: 'http', error_type: 'x' })
  declare(registry, NAMES.app_info).set(1, { version: '1' })
  declare(registry, NAMES.runtime_log_emissions_total).add(1, { level: 'info' })
  declare(registry, NAMES.uptime_seconds).set(1)
  declare(registry, NAMES.process_open_fds).set(9)
  registry.counter('mine_total').add(1)
  const names = scrape(registry, { namespace: 'wippy' }).match(/^[a-z]\w+/gm)
  expect(names).toEqual([
    'wippy_errors_total',
    'wippy_app_info',
    'runtime_log_emissions_total',
    'uptime_seconds',
    'process_open_fds',
    'mine_total',
  ])
})

test('under OpenTelemetry naming the same series are shown once, by their translated names and attributes', () => {
  const registry = new Registry()
  declare(registry, NAMES.http_request_duration_seconds).observe(0.001, { method: 'GET', route: '/u/:id', status: 200 })
  declare(registry, NAMES.uptime_seconds).set(5)
  declare(registry, NAMES.nodejs_eventloop_utilization).set(0.5)
  const lines = scrape(registry, { naming: 'semconv' }).split('\n')
  expect(
    lines.filter((line) => line.includes('_count') || line.startsWith('process') || line.startsWith('node')),
  ).toEqual([
    'http_server_request_duration_seconds_count{http_request_method="GET",http_route="/u/:id",http_response_status_code="200"} 1',
    'process_uptime_seconds 5',
    'nodejs_eventloop_utilization_ratio 0.5',
  ])
  expect(samples(registry, 'http_requests_total')).toEqual({ 'method=GET,route=/u/:id,status=200': 1 })
})

test('a view renames, another adds a second name, and text has both while OTLP has the fact once', () => {
  const registry = new Registry({
    views: [
      { name: 'paid_total', rename: 'orders_paid_total' },
      { name: 'uptime_seconds', alias: 'application_uptime_seconds' },
      { name: 'calls_total', alias: 'calls' },
    ],
  })
  registry.counter('paid_total').add(1)
  registry.counter('calls_total').add(3)
  declare(registry, NAMES.uptime_seconds).set(7)
  expect(
    scrape(registry)
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('# HELP')),
  ).toEqual([
    '# TYPE orders_paid_total counter',
    'orders_paid_total 1',
    '# TYPE calls counter',
    'calls 3',
    '# TYPE calls_total counter',
    'calls_total 3',
    '# TYPE application_uptime_seconds gauge',
    'application_uptime_seconds 7',
    '# TYPE uptime_seconds gauge',
    'uptime_seconds 7',
  ])
  expect(scrape(registry, { format: 'openmetrics' })).not.toMatch(/^calls 3/m)
  expect(registry.families().map(({ name }) => name)).toEqual(['orders_paid_total', 'calls_total', 'process.uptime'])
  expect(registry.counter('paid_total')).toBe(registry.counter('paid_total'))
})

test('aliases are on for what a configuration mentions, by whole word', () => {
  expect(aliasViews(['application_uptime_seconds > 5', 'my_application_version_info == 1'])).toEqual([
    { name: 'uptime_seconds', alias: 'application_uptime_seconds' },
  ])
})

test('a view drops labels: their series are one, handles included, and the label must still be given', () => {
  const registry = new Registry({
    views: [{ name: 'http.server.request.duration', drop_labels: ['http.route'], buckets: [1] }],
  })
  const duration = declare(registry, NAMES.http_request_duration_seconds)
  duration.observe(0.5, { method: 'GET', route: '/a', status: 200 })
  duration.with({ method: 'GET', route: '/b', status: 200 }).observe(0.5)
  duration.with({ method: 'GET', route: '/b', status: 200 }).observe(2)
  duration.observe(0.5, { method: 'GET', status: 200 })
  expect(samples(registry, 'http_request_duration_seconds_bucket')).toEqual({
    'method=GET,status=200,le=1': 2,
    'method=GET,status=200,le=+Inf': 3,
  })
  expect(samples(registry, 'http_requests_total')).toEqual({ 'method=GET,status=200': 3 })
})

test('views that come later change what exists, and handles made before them go on counting', () => {
  const registry = new Registry()
  const paid = registry.counter('paid_total', { labels: ['plan', 'country'] })
  const [de, fr] = [paid.with({ plan: 'pro', country: 'de' }), paid.with({ plan: 'pro', country: 'fr' })]
  const h = registry.histogram('h', { buckets: [1] })
  const handle = h.with()
  handle.observe(0.5)
  de.add(1)
  fr.add(2)
  registry.configure({
    views: [
      { name: 'paid_total', drop_labels: ['country'] },
      { name: 'h', buckets: [5, 6] },
    ],
  })
  de.add(10)
  fr.add(20)
  paid.add(100, { plan: 'pro', country: 'es' })
  handle.observe(5.5)
  expect(samples(registry, 'paid_total')).toEqual({ 'plan=pro': 133 })
  expect(samples(registry, 'h_bucket')).toEqual({ 'le=5': 0, 'le=6': 1, 'le=+Inf': 1 })
  expect(said.map(({ event }) => event)).toEqual(['metrics.refined'])
  registry.configure({})
  de.add(1)
  expect(samples(registry, 'paid_total')).toEqual({})
})

test('two libraries may each have a metric of one name; the text keeps them apart by scope', () => {
  const registry = new Registry()
  const a = registry.counter('jobs', { labels: null, scope: new Scope('lib-a', '1.0') })
  const b = registry.counter('jobs', { labels: null, scope: new Scope('lib-b') })
  expect(a).not.toBe(b)
  a.add(1, { kind: 'x' })
  b.add(2, { kind: 'x' })
  expect(samples(registry, 'jobs_total')).toEqual({
    'kind=x,otel_scope_name=lib-a,otel_scope_version=1.0': 1,
    'kind=x,otel_scope_name=lib-b': 2,
  })
})

test('no row of the table has a label for a tenant, a user, an address or a token [H-14]', () => {
  const forbidden = /tenant|user|org|session|token|e_?mail|client_address|ip$|resource_type|instance|pod|host$/
  for (const row of Object.values(NAMES) as Name[])
    for (const { short, semconv } of row.labels)
      expect([row.short, short, forbidden.test(short) || forbidden.test(semconv)]).toEqual([row.short, short, false])
})

test('every row has its own short name, a help text, and a name that the naming rules pass, or a reason beside it', () => {
  const rows = Object.values(NAMES) as Name[]
  expect(new Set(rows.map(({ short }) => short)).size).toBe(rows.length)
  const names = rows.map(({ otel }) => otel).filter((name) => name !== '')
  expect(new Set(names).size).toBe(names.length)
  for (const row of rows) {
    expect([row.short, row.help.endsWith('.')]).toEqual([row.short, true])
    const fine = row.type === 'counter' ? row.short.endsWith('_total') : !/_(total|count|sum|bucket)$/.test(row.short)
    expect([row.short, fine || row.exempt !== undefined]).toEqual([row.short, true])
    if (row.unit === 's') expect(row.short).toMatch(/_seconds(_total)?$/)
    if (row.unit === 'By') expect(row.short).toMatch(/_bytes$/)
    expect([row.short, row.otel !== '' || row.only === 'short']).toEqual([row.short, true])
  }
})

test('the HTTP rows carry the names and labels of H-08, H-09 and W-12 [H-08] [H-09] [W-12]', () => {
  const labels = (row: Name) => row.labels.map(({ short, semconv }) => `${short}=${semconv}`)
  const { http_requests_total: total, http_request_duration_seconds: duration, http_requests_in_flight: flight } = NAMES
  expect([total.type, duration.type, flight.type]).toEqual(['counter', 'histogram', 'updown'])
  expect(duration.otel).toBe('http.server.request.duration')
  expect(labels(total)).toEqual(labels(duration))
  expect(labels(duration)).toEqual([
    'method=http.request.method',
    'route=http.route',
    'status=http.response.status_code',
  ])
  expect(labels(flight)).toEqual(['method=http.request.method', 'route=http.route'])
})

test('the built-in names of the configuration reference are in the table [R-14] [W-20]', () => {
  const shorts = new Set((Object.values(NAMES) as Name[]).map(({ short }) => short))
  const wanted = [
    'http_requests_total',
    'http_request_duration_seconds',
    'http_requests_in_flight',
    'http_connections_active',
    'errors_total',
    'process_cpu_seconds_total',
    'process_resident_memory_bytes',
    'process_virtual_memory_bytes',
    'process_open_fds',
    'uptime_seconds',
    'runtime_log_emissions_total',
  ]
  expect(wanted.filter((name) => !shorts.has(name))).toEqual([])
  expect(NAMES.runtime_log_emissions_total.labels.map(({ short }) => short)).toEqual(['level'])
  expect(NAMES.errors_total.labels.map(({ short }) => short)).toEqual(['surface', 'error_type'])
  expect(NAMES.runtime_log_emissions_total.namespaced).toBe(false)
})
