import { expect, test } from 'vitest'
import { Registry } from '../../../src/metrics/registry.ts'
import { HEAD, insides, NOW } from './kit.ts'

function filled() {
  const registry = new Registry({ now: () => NOW, limits: { series: 3, valueLength: 50, total: 100 } })
  const orders = registry.counter('orders_total', { labels: ['shop', 'state'] })
  for (const [shop, state] of [
    ['a', 'paid'],
    ['b', 'paid'],
    ['c', 'open'],
    ['d', 'open'],
    ['e', 'open'],
  ]) {
    orders.add(1, { shop, state })
  }
  orders.add(1, { shop: 'a' })
  registry.histogram('steps.duration', { scope: undefined }).observe(1)
  registry.gauge('level', { labels: [] }).set(1)
  registry.counter('unused_total', { labels: ['x'] })
  return registry
}

test('the metrics with the most series, how near they are to the limit, and the label that makes them', () => {
  const registry = filled()
  const answer = insides({ registry, namespace: 'wippy' }).cardinality(new URLSearchParams('top=2'), Date.now())
  expect({ ...answer, generated_at: HEAD.generated_at, collected_at: '' }).toEqual({
    ...HEAD,
    collected_at: '',
    metrics: 5,
    declared: 6,
    series: 7,
    limits: { series_per_metric: 3, series_total: 100, value_length: 50 },
    overflowed_total: 2,
    refused_total: 1,
    top: [
      {
        name: 'orders_total',
        otel_name: 'orders_total',
        type: 'counter',
        series: 3,
        used: 1,
        overflowing: true,
        overflowed_total: 2,
        refused_total: 1,
        labels: [
          { label: 'shop', values: 3 },
          { label: 'state', values: 2 },
        ],
        labels_complete: true,
      },
      {
        name: 'level',
        otel_name: 'level',
        type: 'gauge',
        series: 1,
        used: 1 / 3,
        overflowing: false,
        overflowed_total: 0,
        refused_total: 0,
        labels: [],
        labels_complete: true,
      },
    ],
    refused: [{ metric: 'orders_total', reason: 'labels', count: 1 }],
  })
  expect(Math.abs(Date.parse(answer.collected_at!) - Date.now())).toBeLessThan(60_000)
})

test('callbacks are asked only where nobody has collected for a minute', () => {
  const registry = new Registry()
  let asked = 0
  registry.observable('depth', {}, (report) => {
    asked++
    report(3)
  })
  const at = (ms: number) => insides({ registry }).cardinality(new URLSearchParams(), Date.now() + ms).metrics
  expect([at(0), asked]).toEqual([1, 1])
  expect([at(10_000), asked]).toEqual([1, 1])
  expect([at(59_000), asked]).toEqual([1, 1])
  expect([at(70_000), asked]).toEqual([1, 2])
})

test('?top= is 20 unless it is a whole number, and is kept between 1 and 100 (ruling 35)', () => {
  const registry = new Registry()
  for (let i = 0; i < 150; i++) registry.counter(`c${i}_total`, { labels: [] }).add(1)
  const it = insides({ registry })
  const shown = (query: string) => it.cardinality(new URLSearchParams(query), Date.now()).top.length
  expect(
    ['', 'top=', 'top=x', 'top=1.5', 'top=0', 'top=-3', 'top=7', 'top=100', 'top=100000', 'top=1e9'].map(shown),
  ).toEqual([20, 20, 20, 20, 1, 1, 7, 100, 100, 20])
  const huge = `top=${'9'.repeat(500)}`
  expect(['top=+7', 'top=%2B7', 'top=%207%20', huge, `top=-${'9'.repeat(500)}`, 'top=+', 'top=0x7'].map(shown)).toEqual(
    [...[7, 7, 7, 100, 1, 20, 20]],
  )
})

test('labels of more than 5 000 series are counted over the first of them, and that is said', () => {
  const registry = new Registry({ limits: { series: 10_000 } })
  const wide = registry.counter('wide_total', { labels: ['id'] })
  for (let i = 0; i < 5001; i++) wide.add(1, { id: String(i) })
  const [first] = insides({ registry }).cardinality(new URLSearchParams(), Date.now()).top
  expect([first!.series, first!.labels, first!.labels_complete]).toEqual([5001, [{ label: 'id', values: 5000 }], false])
})

test('names are those of the scrape: with the namespace and in its naming', async () => {
  const { declare } = await import('../../../src/metrics/declare.ts')
  const { NAMES } = await import('../../../src/model/names.ts')
  const registry = new Registry()
  declare(registry, NAMES.http_client_request_duration_seconds).observe(1, {
    method: 'GET',
    status: '200',
    server_address: 'a',
    server_port: '80',
    error_type: '',
  })
  const names = (naming: 'short' | 'semconv') =>
    insides({ registry, naming, namespace: 'wippy' })
      .cardinality(new URLSearchParams(), Date.now())
      .top.filter(({ type }) => type === 'histogram')
      .map(({ name, otel_name }) => [name, otel_name])
  expect(names('short')).toEqual([['wippy_http_client_request_duration_seconds', 'http.client.request.duration']])
  expect(names('semconv')).toEqual([['http_client_request_duration_seconds', 'http.client.request.duration']])
})
