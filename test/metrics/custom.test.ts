import { afterEach, beforeEach, expect, test } from 'vitest'
import { forgetNotices, onNotice } from '../../src/base/notice.ts'
import { checkCustom, customDefinitions, declareCustom } from '../../src/metrics/custom.ts'
import { declare } from '../../src/metrics/declare.ts'
import { Registry } from '../../src/metrics/registry.ts'
import { NAMES } from '../../src/model/names.ts'
import { samples, scrape } from './scrape.ts'

beforeEach(() => {
  forgetNotices()
  onNotice(() => {})
})
afterEach(() => {
  onNotice(undefined)
})

// The configuration sample of the requirement, whole.
const business = {
  custom_counters: ['user_registrations', 'orders_created', 'payments_processed'],
  custom_gauges: ['active_users', 'inventory_levels'],
  custom_histograms: ['order_values', 'processing_times'],
}
const custom = {
  counters: [
    {
      name: 'user_registrations_total',
      description: 'Users registered.',
      labels: ['registration_method', 'user_type'],
    },
    { name: 'orders_total', description: 'Orders.', labels: ['status', 'payment_method'] },
  ],
  gauges: [
    { name: 'active_users', description: 'Active users.', labels: ['session_type'] },
    { name: 'inventory_items', description: 'Items.', labels: ['product_category', 'warehouse'] },
  ],
  histograms: [
    {
      name: 'request_duration_seconds',
      description: 'Requests.',
      labels: ['method', 'endpoint', 'status'],
      buckets: [0.1, 0.5, 1, 2, 5],
    },
    {
      name: 'database_query_duration_seconds',
      description: 'Queries.',
      labels: ['query_type', 'table'],
      buckets: [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1],
    },
  ],
}

function sample(): Registry {
  const registry = new Registry()
  expect(declareCustom(registry, customDefinitions(business, custom))).toEqual([])
  return registry
}

test('every custom metric of the sample is registered and scraped with exactly its labels and buckets [R-15]', () => {
  const registry = sample()
  registry.counter('user_registrations_total').add(1, { registration_method: 'mail', user_type: 'free' })
  registry.counter('orders_total').add(2, { status: 'paid', payment_method: 'card' })
  registry.gauge('active_users').set(3, { session_type: 'web' })
  registry.gauge('inventory_items').set(4, { product_category: 'book', warehouse: 'a' })
  registry.histogram('request_duration_seconds').observe(0.3, { method: 'GET', endpoint: '/', status: '200' })
  registry.histogram('database_query_duration_seconds').observe(0.002, { query_type: 'select', table: 'users' })
  expect(samples(registry, 'user_registrations_total')).toEqual({ 'registration_method=mail,user_type=free': 1 })
  expect(samples(registry, 'orders_total')).toEqual({ 'status=paid,payment_method=card': 2 })
  expect(samples(registry, 'active_users')).toEqual({ 'session_type=web': 3 })
  expect(samples(registry, 'inventory_items')).toEqual({ 'product_category=book,warehouse=a': 4 })
  const les = (name: string) => Object.keys(samples(registry, name)).map((key) => key.split(',le=')[1])
  expect(les('request_duration_seconds_bucket')).toEqual(['0.1', '0.5', '1', '2', '5', '+Inf'])
  expect(les('database_query_duration_seconds_bucket')).toEqual([
    '0.001',
    '0.005',
    '0.01',
    '0.05',
    '0.1',
    '0.5',
    '1',
    '+Inf',
  ])
})

test('short names are instruments without labels that are scraped; sums show 0 from the start, a gauge once it is set [R-13]', () => {
  const registry = sample()
  registry.counter('payments_processed').add(1)
  registry.gauge('inventory_levels').set(5)
  registry.histogram('order_values').observe(20)
  const plain = scrape(registry)
    .split('\n')
    .filter((line) =>
      /^(orders_created|payments|inventory_levels|order_values_count|processing_times_count)/.test(line),
    )
  expect(plain).toEqual([
    'orders_created_total 0',
    'payments_processed_total 1',
    'inventory_levels 5',
    'order_values_count 1',
    'processing_times_count 0',
  ])
})

test('a full definition refines the short name that it meets, in whichever order: active_users and user_registrations are one metric each', () => {
  const registry = sample()
  const text = () => scrape(registry)
  expect(registry.gauge('active_users')).toBe(registry.gauge('active_users', { labels: ['session_type'] }))
  expect(registry.counter('user_registrations')).toBe(registry.counter('user_registrations_total'))
  registry.gauge('active_users').set(1, { session_type: 'web' })
  registry.gauge('active_users').set(9)
  registry.counter('user_registrations').add(1, { registration_method: 'mail', user_type: 'free' })
  expect(text().match(/^active_users.*$/gm)).toEqual(['active_users{session_type="web"} 1'])
  expect(text().match(/# HELP active_users .*/)![0]).toBe('# HELP active_users Active users.')
  expect(text().match(/^user_registrations.*$/gm)).toEqual([
    'user_registrations_total{registration_method="mail",user_type="free"} 1',
  ])
})

test('database_query_duration_seconds defined in full meets what code or a short name declared before it, and refines it', () => {
  const registry = new Registry()
  const early = registry.histogram('database_query_duration_seconds')
  expect(
    declareCustom(registry, customDefinitions({ custom_histograms: ['database_query_duration_seconds'] }, custom)),
  ).toEqual([])
  early.observe(0.002, { query_type: 'select', table: 'users' })
  expect(Object.keys(samples(registry, 'database_query_duration_seconds_bucket')).length).toBe(8)
})

test('a wrong label set on a custom metric is refused without a crash and counted [R-15]', () => {
  const registry = sample()
  registry.counter('orders_total').add(1, { status: 'paid' })
  registry.counter('orders_total').add(1, { status: 'paid', payment_method: 'card', extra: 'x' })
  registry.gauge('active_users').set(1)
  expect(samples(registry, 'orders_total')).toEqual({})
  expect(samples(registry, 'telltale_metrics_rejected_total')).toEqual({
    'metric=orders_total,reason=labels': 2,
    'metric=active_users,reason=labels': 1,
  })
})

test('two full definitions of one name, or one name as two kinds, are configuration faults that name both, and nothing is declared [R-15]', () => {
  const registry = new Registry()
  const definitions = customDefinitions(
    { custom_counters: ['sales', 'uptime_seconds'], custom_gauges: ['http_requests_in_flight'] },
    {
      counters: [
        { name: 'orders' },
        { name: 'orders_total', labels: ['a'] },
        { name: 'http_requests_total', labels: ['a'] },
      ],
      gauges: [{ name: 'sales' }, { name: 'size_count' }],
      histograms: [{ name: 'size' }],
    },
  )
  const faults = declareCustom(registry, definitions)
  expect(faults.map(({ code, detail }) => [code, detail.subject, detail.found])).toEqual([
    [
      'CONFIG_CONFLICT',
      'observability.prometheus.metrics.business.custom_counters[1]',
      'the counter uptime_seconds, while the built-in metric is the gauge uptime_seconds',
    ],
    ['CONFIG_CONFLICT', 'custom_metrics.counters[1]', 'orders_total, defined in custom_metrics.counters[0] already'],
    [
      'CONFIG_CONFLICT',
      'custom_metrics.counters[2]',
      'http_requests_total, which is counted from a built-in histogram',
    ],
    [
      'CONFIG_CONFLICT',
      'custom_metrics.gauges[0]',
      'the gauge sales, while observability.prometheus.metrics.business.custom_counters[0] is the counter sales',
    ],
    [
      'CONFIG_CONFLICT',
      'custom_metrics.histograms[0]',
      'the histogram size, while custom_metrics.gauges[1] is the gauge size_count',
    ],
  ])
  expect(scrape(registry)).toBe('')
})

test('names, labels and buckets that cannot be are faults with their path', () => {
  const faults = checkCustom(
    customDefinitions(
      { custom_counters: ['9lives'] },
      { histograms: [{ name: 'h', labels: ['le', 'a b', 'x', 'x'], buckets: [2, 1] }] },
    ),
  )
  expect(faults.map(({ code, detail }) => [code, detail.subject])).toEqual([
    ['CONFIG_VALUE', 'observability.prometheus.metrics.business.custom_counters[0].name'],
    ['CONFIG_VALUE', 'custom_metrics.histograms[0].labels[0]'],
    ['CONFIG_VALUE', 'custom_metrics.histograms[0].labels[1]'],
    ['CONFIG_VALUE', 'custom_metrics.histograms[0].labels[3]'],
    ['CONFIG_VALUE', 'custom_metrics.histograms[0].buckets'],
  ])
})

test('a second start with other definitions takes them over; a built-in that was refined keeps its kind', () => {
  const registry = new Registry()
  declareCustom(registry, customDefinitions({}, { counters: [{ name: 'a_total', labels: ['x'] }] }))
  registry.counter('a_total').add(1, { x: '1' })
  declareCustom(registry, customDefinitions({}, { counters: [{ name: 'a_total', labels: ['y'] }] }))
  registry.counter('a_total').add(1, { y: '1' })
  expect(samples(registry, 'a_total')).toEqual({ 'y=1': 1 })
  declareCustom(
    registry,
    customDefinitions(
      {},
      { counters: [{ name: 'errors_total', labels: ['surface', 'error_type'], description: 'Ours.' }] },
    ),
  )
  declare(registry, NAMES.errors_total).add(1, { surface: 'http', error_type: 'x' })
  expect(scrape(registry)).toContain(
    '# HELP errors_total Ours.\n# TYPE errors_total counter\nerrors_total{surface="http",error_type="x"} 1\n',
  )
})
