// The sources' own sample, unchanged but for the port, drives a service.
import { readFileSync } from 'node:fs'
import Fastify from 'fastify'
import { expect, test } from 'vitest'
import { counter, gauge, health, histogram } from '../../src/index.ts'
import { later, launch, notices, said, scrape } from './kit.ts'

const SAMPLE = readFileSync(new URL('../fixtures/sources-sample.yaml', import.meta.url), 'utf8')
const ENV = {
  JAEGER_TOKEN: 't',
  ENVIRONMENT: 'production',
  K8S_NAMESPACE: 'shop',
  K8S_POD_NAME: 'web-1',
  METRICS_TOKEN: 'm',
}
const ALONE = SAMPLE.replace('endpoint: http://jaeger:14268', 'endpoint: http://127.0.0.1:1')
  .replace('endpoint: http://otel-collector:4317', 'endpoint: http://127.0.0.1:2')
  .concat('server: { port: 0 }\n')

test('the whole sample starts a service, which serves and is observed; its scrape is guarded [R-01] [R-02] [R-43]', async () => {
  const heard = said()
  const telltale = await launch(ALONE, ENV)
  later(() => telltale.stop())
  expect(telltale.config.service).toEqual({ name: 'my-web-service', version: '1.0.0' })
  expect(telltale.config.resource).toMatchObject({ 'deployment.environment': 'production', 'k8s.pod.name': 'web-1' })
  const fastify = Fastify()
  fastify.get('/users/:id', async () => ({ ok: true }))
  await fastify.listen({ port: 0, host: '127.0.0.1' })
  later(() => fastify.close())
  const { port } = fastify.server.address() as { port: number }
  expect((await fetch(`http://127.0.0.1:${port}/users/7`)).status).toBe(200)
  const scraped = async (headers = {}) => (await fetch(`${telltale.address}/metrics`, { headers })).status
  expect([await scraped(), await scraped({ authorization: 'Bearer m' })]).toEqual([401, 200])
  const families = telltale.registry.exposition()
  const requests = families.find(({ short }) => short === 'http_requests_total')!
  expect(requests.series.map(({ attributes, count }) => [attributes, count])).toEqual([
    [['method', 'GET', 'route', '/users/:id', 'status', 200], 1],
  ])
  expect(heard.some((line) => line.includes('EXPORTER_PATH') && line.includes('type: jaeger'))).toBe(true)
  expect(heard.join()).not.toMatch(/Bearer t\b/)
})

test('the health of the sample: a check without its pool or handler is unknown, a handler is found by name, and no reason is public [R-18] [ruling 20]', async () => {
  notices()
  health.check('check_business_logic', () => true)
  const telltale = await launch(
    ALONE.replace('https://api.payment-gateway.com/health', 'http://127.0.0.1:3/health?token=hidden'),
    ENV,
  )
  const response = await fetch(`${telltale.address}/health`)
  const body = (await response.json()) as Record<string, unknown>
  expect([response.status, body['status'], body['checks']]).toEqual([
    503,
    'unhealthy',
    { database: 'unknown', payment_gateway: 'fail', business_logic_health: 'ok' },
  ])
  expect(Object.keys(body).sort()).toEqual([
    'checks',
    'service',
    'started_at',
    'status',
    'timestamp',
    'uptime_seconds',
    'version',
  ])
  expect(JSON.stringify(body)).not.toMatch(/127\.0\.0\.1|hidden|ECONN/)
})

test('a hanging check does not hang /health; a failed one that is not critical only degrades [R-18]', async () => {
  notices()
  health.check('hangs', () => new Promise(() => {}))
  const telltale = await launch(`name: shop
server: { port: 0 }
observability:
  health:
    endpoint: /healthz
    checks: [{ type: custom, name: slow, handler: hangs, timeout: 50ms, critical: false }]
`)
  const response = await fetch(`${telltale.address}/healthz`)
  const body = (await response.json()) as Record<string, unknown>
  expect([response.status, body['status'], (body['checks'] as Record<string, string>)['slow']]).toEqual([
    200,
    'degraded',
    'fail',
  ])
})

const OPEN = ALONE.replace(
  '    authentication:\n      enabled: true\n      method: bearer_token\n      token_env',
  '    authentication:\n      enabled: false\n      method: bearer_token\n      token_env',
)

test('every metric that the sample declares is an instrument that is scraped, with exactly its labels and buckets [R-13] [R-15] [ruling 48]', async () => {
  said()
  const telltale = await launch(OPEN, { ...ENV, METRICS_TOKEN: '' })
  counter('orders_created').add(1)
  counter('payments_processed').add(2)
  gauge('inventory_levels').set(3)
  histogram('order_values').observe(4)
  histogram('processing_times').observe(0.2)
  counter('user_registrations_total').add(1, { registration_method: 'mail', user_type: 'new' })
  counter('orders_total').add(1, { status: 'paid', payment_method: 'card' })
  gauge('active_users').set(9, { session_type: 'web' })
  gauge('inventory_items').set(8, { product_category: 'books', warehouse: 'north' })
  histogram('request_duration_seconds').observe(0.4, { method: 'GET', endpoint: 'e', status: '200' })
  histogram('database_query_duration_seconds').observe(0.02, { query_type: 'select', table: 'users' })
  // A wrong label set is refused, and nothing crashes.
  counter('orders_total').add(1, { status: 'paid' })
  gauge('active_users').set(1)

  const seen = await scrape(telltale)
  const shown = (name: string) => seen.samples(name)
  const les = (name: string) => shown(`${name}_bucket`).map(([{ le }]) => le)
  expect({
    orders_created_total: shown('orders_created_total'),
    payments_processed_total: shown('payments_processed_total'),
    inventory_levels: shown('inventory_levels'),
    order_values_count: shown('order_values_count'),
    processing_times_count: shown('processing_times_count'),
    user_registrations_total: shown('user_registrations_total'),
    orders_total: shown('orders_total'),
    active_users: shown('active_users'),
    inventory_items: shown('inventory_items'),
    request_duration_seconds_count: shown('request_duration_seconds_count'),
    database_query_duration_seconds_count: shown('database_query_duration_seconds_count'),
    request_buckets: les('request_duration_seconds'),
    query_buckets: les('database_query_duration_seconds'),
  }).toEqual({
    orders_created_total: [[{}, 1]],
    payments_processed_total: [[{}, 2]],
    inventory_levels: [[{}, 3]],
    order_values_count: [[{}, 1]],
    processing_times_count: [[{}, 1]],
    user_registrations_total: [[{ registration_method: 'mail', user_type: 'new' }, 1]],
    orders_total: [[{ status: 'paid', payment_method: 'card' }, 1]],
    active_users: [[{ session_type: 'web' }, 9]],
    inventory_items: [[{ product_category: 'books', warehouse: 'north' }, 8]],
    request_duration_seconds_count: [[{ method: 'GET', endpoint: 'e', status: '200' }, 1]],
    database_query_duration_seconds_count: [[{ query_type: 'select', table: 'users' }, 1]],
    request_buckets: ['0.1', '0.5', '1', '2', '5', '+Inf'],
    query_buckets: ['0.001', '0.005', '0.01', '0.05', '0.1', '0.5', '1', '+Inf'],
  })
  const rejected = shown('telltale_metrics_rejected_total').map(([labels]) => labels['metric'])
  expect(rejected.sort()).toEqual(['active_users', 'orders_total'])
  // Built-in and custom declarations meet in one family each.
  expect(
    seen.names.filter((name) => name === 'active_users' || name === 'database_query_duration_seconds'),
  ).toHaveLength(2)
  expect(
    seen
      .family('http_requests_total')
      ?.samples.every(({ labels }) => 'method' in labels && 'route' in labels && 'status' in labels),
  ).not.toBe(false)
})

test('aliases are shown for a configuration that alerts on them or declares them, and for no other [ruling 55] [R-14]', async () => {
  said()
  const base = 'name: shop\nserver: { port: 0 }\n'
  const plain = await launch(base)
  expect((await scrape(plain)).names.filter((name) => name.startsWith('application_'))).toEqual([])
  await plain.stop()
  const alerted = await launch(
    `${base}alerts: [{ name: young, condition: "application_uptime_seconds < 60", duration: 1m, severity: info, description: d }]\n`,
  )
  const first = await scrape(alerted)
  expect(first.names.filter((name) => name.startsWith('application_'))).toEqual(['application_uptime_seconds'])
  expect(first.samples('application_uptime_seconds')).toEqual(first.samples('uptime_seconds'))
  await alerted.stop()
  const declared = await launch(
    `${base}custom_metrics: { gauges: [{ name: application_version_info, description: d, labels: [version] }] }\n`,
  )
  const second = await scrape(declared)
  expect(second.samples('application_version_info')).toEqual([[{ version: '1.0.0' }, 1]])
  expect(
    second.samples('telltale_metrics_rejected_total').filter(([{ metric }]) => metric === 'application_version_info'),
  ).toEqual([])
})

test("the namespace goes before the product's families, and leaves process, runtime, uptime, logs and custom ones alone [ruling 54]", async () => {
  said()
  const telltale = await launch('name: shop\nserver: { port: 0 }\nobservability: { metrics: { namespace: myorg } }\n')
  counter('spaced_total').add(1)
  const { names } = await scrape(telltale)
  expect(names).toEqual(
    expect.arrayContaining([
      'myorg_http_requests_total',
      'myorg_app_info',
      'uptime_seconds',
      'process_cpu_seconds_total',
      'nodejs_version_info',
      'runtime_log_emissions_total',
      'spaced_total',
    ]),
  )
  expect(names.filter((name) => /^http_|^app_/.test(name))).toEqual([])
})
