import fc from 'fast-check'
import { expect, test } from 'vitest'
import { onNotice } from '../../src/base/notice.ts'
import { declare } from '../../src/metrics/declare.ts'
import { Registry } from '../../src/metrics/registry.ts'
import { bucketOf, LATENCY_BOUNDS, quantile, validBounds } from '../../src/model/histogram.ts'
import { NAMES } from '../../src/model/names.ts'
import { samples, scrape } from './scrape.ts'

test('the eleven latency bounds are the bounds of text and of the family that OTLP is written from [H-13] [W-07] [R-11]', () => {
  const eleven = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]
  const registry = new Registry()
  registry.histogram('h').observe(0.3)
  expect([...LATENCY_BOUNDS]).toEqual(eleven)
  expect([...registry.families()[0]!.bounds!]).toEqual(eleven)
  expect(Object.keys(samples(registry, 'h_bucket'))).toEqual([...eleven.map((le) => `le=${le}`), 'le=+Inf'])
})

test('an exact bound counts into its own bucket, buckets are cumulative in text, and the count is that of +Inf [H-13]', () => {
  const registry = new Registry()
  const h = registry.histogram('h', { buckets: [1, 2], help: 'H.' })
  for (const value of [0, 1, 1.5, 2, 2.5, 100]) h.observe(value)
  expect(scrape(registry)).toBe(
    '# HELP h H.\n# TYPE h histogram\nh_bucket{le="1"} 2\nh_bucket{le="2"} 4\nh_bucket{le="+Inf"} 6\nh_sum 107\nh_count 6\n',
  )
})

test('there are no client-side quantiles [H-13]', () => {
  const registry = new Registry()
  registry.histogram('h').observe(1)
  const text = scrape(registry)
  expect(text).not.toContain('quantile')
  expect(text).not.toContain('summary')
})

test('a bound handle and the labelled call fill the same buckets', () => {
  const registry = new Registry()
  const h = registry.histogram('h', { labels: ['a'], buckets: [1] })
  h.with({ a: 'x' }).observe(0.5)
  h.observe(2, { a: 'x' })
  expect(samples(registry, 'h_bucket')).toEqual({ 'a=x,le=1': 1, 'a=x,le=+Inf': 2 })
  expect(samples(registry, 'h_sum')).toEqual({ 'a=x': 2.5 })
})

test('negative and non-finite observations change nothing and are counted', () => {
  onNotice(() => {})
  const registry = new Registry()
  const h = registry.histogram('h', { labels: ['a'] })
  h.observe(-0.001, { a: 'x' })
  h.observe(Number.NaN, { a: 'x' })
  h.observe(Number.POSITIVE_INFINITY, { a: 'x' })
  onNotice(undefined)
  expect(samples(registry, 'h_count')).toEqual({})
  expect(samples(registry, 'telltale_metrics_rejected_total')).toEqual({
    'metric=h,reason=negative': 1,
    'metric=h,reason=not_finite': 2,
  })
})

test('http_requests_total is the count of the duration histogram, with the same labels, and cannot drift from it [H-08] [H-09] [W-12]', () => {
  const registry = new Registry()
  const duration = declare(registry, NAMES.http_request_duration_seconds)
  const ok = duration.with({ method: 'GET', route: '/u/:id', status: 200 })
  ok.observe(0.01)
  ok.observe(0.02)
  duration.observe(1, { method: 'GET', route: '<unmatched>', status: '404' })
  const constant = ['service', 'shop']
  const want = {
    'method=GET,route=/u/:id,status=200,service=shop': 2,
    'method=GET,route=<unmatched>,status=404,service=shop': 1,
  }
  expect(samples(registry, 'http_requests_total', { constant })).toEqual(want)
  expect(samples(registry, 'http_request_duration_seconds_count', { constant })).toEqual(want)
  expect(scrape(registry)).toContain('# TYPE http_requests_total counter\n')
  expect(registry.families().map(({ name }) => name)).toEqual(['http.server.request.duration'])
})

test('the status is one series as number and as text, and is kept as a number for OTLP', () => {
  const registry = new Registry()
  const duration = declare(registry, NAMES.http_request_duration_seconds)
  duration.observe(1, { method: 'GET', route: '/', status: '200' })
  duration.observe(1, { method: 'GET', route: '/', status: 200 })
  duration.observe(1, { method: 'GET', route: '/', status: 'invalid' })
  expect(registry.families()[0]!.series.map(({ attributes, count }) => [attributes, count])).toEqual([
    [['method', 'GET', 'route', '/', 'status', 200], 2],
    [['method', 'GET', 'route', '/', 'status', 'invalid'], 1],
  ])
})

test('bounds must ascend and be finite; a final +Inf is taken as the implicit bucket', () => {
  expect([...validBounds([1, 2, Number.POSITIVE_INFINITY])!]).toEqual([1, 2])
  for (const bad of [[], [Number.POSITIVE_INFINITY], [1, 1], [2, 1], [Number.NaN], ['1' as never]])
    expect(validBounds(bad)).toBe(undefined)
})

test('the bucket of a value is the first whose bound is not below it', () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.double({ noNaN: true, min: -1e6, max: 1e6 }), { minLength: 1 }),
      fc.double({ noNaN: true }),
      (list, value) => {
        const bounds = Float64Array.from(list).sort()
        const index = [...bounds].findIndex((bound) => value <= bound)
        expect(bucketOf(bounds, value)).toBe(index < 0 ? bounds.length : index)
      },
    ),
  )
})

test('quantiles are estimated inside the bucket, as PromQL does', () => {
  const bounds = [1, 2, 4]
  expect(quantile(0.5, bounds, [0, 10, 0, 0])).toBe(1.5)
  expect(quantile(0.95, bounds, [10, 10, 0, 0])).toBeCloseTo(1.9)
  expect(quantile(0.5, bounds, [0, 0, 0, 3])).toBe(4)
  expect(quantile(0.5, bounds, [4, 0, 0, 0])).toBe(0.5)
  expect(quantile(0.5, bounds, [0, 0, 0, 0])).toBe(Number.NaN)
  expect(quantile(2, bounds, [1, 0, 0, 0])).toBe(Number.POSITIVE_INFINITY)
})
